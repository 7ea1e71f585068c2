using System.Text.RegularExpressions;

namespace LeaderElection.Postgres.Tests;

/// <summary>The code blocks of the README.</summary>
internal static partial class Readme
{
    public static string Text { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));

    public static IReadOnlyList<string> Blocks(string language) =>
        [
            .. FencedBlock().Matches(Text).Where(block => block.Groups[1].Value == language)
                .Select(block => block.Groups[2].Value),
        ];

    /// <summary>The one block that contains a word.</summary>
    public static string Block(string language, string word) =>
        Blocks(language).Single(block => block.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex(
        "^```(\\w+)\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FencedBlock();
}
