using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>Options whose errors say what was given, what is allowed and what to do.</summary>
internal static class Choices
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    public static Option<int?> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            var text = TextOf(result);
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"{name} is '{text}'; give a whole number from {least} to {most}.");
            return null;
        },
    };

    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan least, TimeSpan most) =>
        new(name)
        {
            Description = description,
            HelpName = "duration",
            CustomParser = result =>
            {
                var text = TextOf(result);
                if (TryParse(text) is { } duration && duration >= least && duration <= most)
                    return duration;

                result.AddError(
                    $"{name} is '{text}'; give a number with its unit (1500ms, 90s, 10m, 8h), from {Show(least)} to "
                    + $"{Show(most)}.");
                return null;
            },
        };

    public static Option<IReadOnlyList<Fault>?> Faults(string name) => new(name)
    {
        Description = "The kinds of fault to draw from, separated by commas; all of them unless given.",
        HelpName = "name,name",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
        {
            var names = TextOf(result)
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (names.Length == 0)
                result.AddError($"{name} names no fault; there are: {FaultCatalog.Names}.");
            foreach (var unknown in names.Where(given => FaultCatalog.Find(given) is null))
            {
                result.AddError(
                    $"There is no fault '{unknown}'; there are: {FaultCatalog.Names}. See the command 'list'.");
            }

            return [.. names.Distinct().Select(FaultCatalog.Find).OfType<Fault>()];
        },
    };

    private static string TextOf(ArgumentResult result) => result.Tokens is [.., var last] ? last.Value : "";

    private static TimeSpan? TryParse(string text)
    {
        foreach (var (unit, length) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * length.TotalDays < 1000)
            {
                return count * length;
            }
        }

        return null;
    }

    private static string Show(TimeSpan duration)
    {
        var (unit, length) = Units.Last(entry => duration >= entry.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{duration / length:0.###}{unit}");
    }
}
