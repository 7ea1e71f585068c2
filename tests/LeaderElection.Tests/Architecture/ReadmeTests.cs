using System.Text.RegularExpressions;

namespace LeaderElection.Tests;

public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Sources.Root, "README.md"));

    public static TheoryData<string> Options =>
        [.. typeof(LeaderElectionOptions).GetProperties().Select(option => option.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_is_in_the_README_with_its_variable(string option)
    {
        var words = Regex.Replace(option, "(?<=[a-z])(?=[A-Z])", "_");

        Readme.ShouldContain($"\n| `{option}` | `LE_{words.ToUpperInvariant()}` |", Case.Sensitive);
    }
}
