namespace LeaderElection.AspNetCore.Tests;

public class OptionsInDocsTests
{
    private static readonly string Docs = File.ReadAllText(Path.Combine(Sources.Root, "README.md"))
        + File.ReadAllText(Path.Combine(Sources.Root, "docs/operations.md"));

    public static TheoryData<string> Options =>
    [
        .. new[] { typeof(LeaderOnlyOptions), typeof(StatusPageOptions) }
            .SelectMany(type => type.GetProperties()).Select(option => option.Name),
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_is_in_a_table(string option) => Docs.ShouldContain($"| `{option}` |", Case.Sensitive);
}
