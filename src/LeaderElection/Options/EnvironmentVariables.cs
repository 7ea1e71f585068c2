using System.Collections;

namespace LeaderElection;

/// <summary>The environment, as it was when this was made.</summary>
/// <param name="values">By name, compared as the system compares them.</param>
internal sealed class EnvironmentVariables(IReadOnlyDictionary<string, string?> values)
{
    public static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    public IEnumerable<string> Names => values.Keys;

    public static EnvironmentVariables OfProcess()
    {
        var values = new Dictionary<string, string?>(Comparer);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            values[(string)variable.Key] = (string?)variable.Value;
        return new EnvironmentVariables(values);
    }

    /// <summary>Null when the option's variable is absent or empty.</summary>
    public GivenText? Find(LeaderElectionOption option) =>
        values.GetValueOrDefault(option.Variable) is { Length: > 0 } text ? new GivenText(text, option.Variable) : null;
}
