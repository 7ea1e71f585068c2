using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LeaderElection.Benchmarks;

/// <summary>An option that takes a number between two others, and says so when it is given something else.</summary>
internal static class WholeNumberOption
{
    public static Option<int> Create(string name, string description, int otherwise, int least, int most) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => Parse(result, name, least, most),
    };

    private static int Parse(ArgumentResult result, string name, int least, int most)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        result.AddError($"{name} is '{result.Tokens[0].Value}'; it must be a whole number from {least} to {most}.");
        return default;
    }
}
