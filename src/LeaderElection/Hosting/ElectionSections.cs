using Microsoft.Extensions.Configuration;

namespace LeaderElection;

/// <summary>
/// The sections of an app's configuration that elections read. A key in them that nobody reads is a mistake, for they
/// are ours alone: it is refused.
/// </summary>
internal static class ElectionSections
{
    /// <summary>For the election without a name, and for all of them.</summary>
    public const string Shared = "LeaderElection";

    /// <summary>What has one section for each election, by its name.</summary>
    public const string Elections = $"{Shared}:Elections";

    // All sections inside the shared one. A part of the product that gets one is added here.
    private static readonly string[] InsideShared = ["Elections"];

    /// <summary>The section of one election; for the one without a name, the shared one.</summary>
    public static string Of(string optionsName) =>
        optionsName.Length == 0 ? Shared : $"{Elections}:{optionsName}";

    /// <summary>What is wrong with the keys of the shared section; nothing when it is null.</summary>
    public static IEnumerable<string> CheckShared(IConfigurationSection? section) => Check(section, InsideShared);

    /// <summary>What is wrong with the keys of one election's section; nothing when it is null.</summary>
    public static IEnumerable<string> CheckOwn(IConfigurationSection? section) => Check(section, []);

    private static IEnumerable<string> Check(IConfigurationSection? section, string[] sectionsInside)
    {
        var options = LeaderElectionOption.All.Select(option => option.Name).ToList();
        foreach (var key in section?.GetChildren() ?? [])
        {
            if (sectionsInside.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
                continue;

            if (!options.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"Configuration key '{key.Path}' is not known. The nearest is "
                    + $"'{SimilarNames.Nearest(key.Key, [.. options, .. sectionsInside])}'; known are "
                    + $"{string.Join(", ", [.. options, .. sectionsInside])}. Correct the key, or move it to a "
                    + "section of your own.";
            }
            else if (key.GetChildren().Any())
            {
                yield return $"Configuration key '{key.Path}' has keys below it; it must have a value.";
            }
        }
    }
}
