using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Sources.Root, "README.md"));

    public static TheoryData<string> Options =>
        [.. typeof(LeaderElectionOptions).GetProperties().Select(option => option.Name)];

    public static TheoryData<string> Variables
    {
        get
        {
            var asked = new TheoryData<string>();
            ConfiguredOptions.Apply(new LeaderElectionOptions(), "", null, variable =>
            {
                asked.Add(variable);
                return null;
            });
            return asked;
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_is_in_the_README(string option) => Readme.ShouldContain($"| `{option}` |", Case.Sensitive);

    // One was mangled when the figures were written in.
    [Theory]
    [MemberData(nameof(Variables))]
    public void Every_environment_variable_is_in_the_README(string variable) =>
        Readme.ShouldContain($"`{variable}`", Case.Sensitive);
}
