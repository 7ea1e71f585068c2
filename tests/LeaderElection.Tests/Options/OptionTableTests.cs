using System.Text.RegularExpressions;

namespace LeaderElection.Tests;

/// <summary>The table of delegates against the properties that it stands for.</summary>
public partial class OptionTableTests
{
    public static TheoryData<string> Options =>
        [.. typeof(LeaderElectionOptions).GetProperties().Select(option => option.Name)];

    [Fact]
    public void Every_property_is_in_the_table_once() =>
        LeaderElectionOption.All.Select(option => option.Name)
            .ShouldBe(Options.Select(row => row.Data), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_has_the_variable_of_its_name_which_sets_it_alone(string option)
    {
        var property = typeof(LeaderElectionOptions).GetProperty(option)!;
        var variable = $"LE_{WordEnd().Replace(option, "_").ToUpperInvariant()}";
        var text = property.PropertyType == typeof(Uri) ? "https://node-7/" : "77777";

        var options = LeaderElectionOptions.FromEnvironment(new EnvironmentVariables(
            new Dictionary<string, string?> { [variable] = text }));

        var value = property.GetValue(options);
        value.ShouldNotBe(property.GetValue(new LeaderElectionOptions()));
        new[] { value!.ToString(), (value as TimeSpan?)?.TotalMilliseconds.ToString("0") }.ShouldContain(text);
        options.Origins.ShouldBe([KeyValuePair.Create(option, variable)]);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void What_code_sets_comes_from_code(string option)
    {
        var property = typeof(LeaderElectionOptions).GetProperty(option)!;
        var options = new LeaderElectionOptions();

        property.SetValue(options, property.GetValue(options));

        options.Origins.ShouldBe([KeyValuePair.Create(option, "code")]);
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordEnd();
}
