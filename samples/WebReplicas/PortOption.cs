using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace WebReplicas;

/// <summary>The port of the first replica; the second one takes the next.</summary>
internal static class PortOption
{
    private const string Name = "--port";
    private const int Least = 1;
    private const int Most = 65_534;

    public static Option<int> Create() => new(Name)
    {
        Description = "Where the first replica listens on localhost; the second one takes the next port.",
        DefaultValueFactory = static _ => 5001,
        CustomParser = Parse,
    };

    private static int Parse(ArgumentResult result)
    {
        var given = result.Tokens[0].Value;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is >= Least and <= Most)
        {
            return port;
        }

        result.AddError($"{Name} is '{given}'; it must be a whole number from {Least} to {Most}.");
        return default;
    }
}
