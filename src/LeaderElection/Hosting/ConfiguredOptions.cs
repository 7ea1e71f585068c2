using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LeaderElection;

/// <summary>Options from the configuration section <c>LeaderElection</c> and the environment variables
/// <c>LE_*</c>.</summary>
internal static class ConfiguredOptions
{
    private const string SectionName = "LeaderElection";

    // What belongs to one election alone: the app-wide sources do not set it for a named one.
    private static readonly string[] OfOneElection =
        [nameof(LeaderElectionOptions.ElectionName), nameof(LeaderElectionOptions.LockId)];

    private static readonly (string Variable, string Option)[] Variables =
    [
        ("LE_ELECTION_NAME", nameof(LeaderElectionOptions.ElectionName)),
        ("LE_INSTANCE_ID", nameof(LeaderElectionOptions.InstanceId)),
        ("LE_LEASE_DURATION", nameof(LeaderElectionOptions.LeaseDuration)),
        ("LE_RENEWAL_INTERVAL", nameof(LeaderElectionOptions.RenewalInterval)),
        ("LE_JITTER_RANGE", nameof(LeaderElectionOptions.JitterRange)),
        ("LE_LOCK_ID", nameof(LeaderElectionOptions.LockId)),
    ];

    /// <param name="options">The options to set.</param>
    /// <param name="optionsName">Empty for the app's unnamed election.</param>
    /// <param name="configuration">The app's configuration; null when it has none.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="OptionsValidationException">A value cannot be read.</exception>
    public static void Apply(
        LeaderElectionOptions options, string optionsName, IConfiguration? configuration,
        Func<string, string?> environment)
    {
        var isNamed = optionsName.Length > 0;
        if (isNamed)
            options.ElectionName = optionsName;

        var section = configuration?.GetSection(SectionName);
        var shared = Values(section)
            .Concat(Variables.Select(variable => (Key: variable.Option, Value: environment(variable.Variable))))
            .Where(pair => !isNamed || !OfOneElection.Contains(pair.Key, StringComparer.OrdinalIgnoreCase));
        var own = isNamed ? Values(section?.GetSection("Elections").GetSection(optionsName)) : [];
        Bind(options, optionsName, shared.Concat(own));
    }

    private static IEnumerable<(string Key, string? Value)> Values(IConfiguration? section) =>
        section?.GetChildren().Select(child => (child.Key, child.Value)) ?? [];

    private static void Bind(
        LeaderElectionOptions options, string optionsName, IEnumerable<(string Key, string? Value)> pairs)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in pairs)
        {
            if (!string.IsNullOrEmpty(value))
                values[key] = IsDuration(key) ? AsTimeSpan(value) : value;
        }

        try
        {
            new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(
                optionsName,
                typeof(LeaderElectionOptions),
                [
                    $"{exception.Message} Durations are whole milliseconds ('15000') or 'hh:mm:ss'; LockId is a whole "
                    + "number of 32 bits; Endpoint is an absolute http or https address.",
                ]);
        }
    }

    private static bool IsDuration(string key) =>
        typeof(LeaderElectionOptions).GetProperties().Any(option =>
            option.PropertyType == typeof(TimeSpan) && option.Name.Equals(key, StringComparison.OrdinalIgnoreCase));

    // The binder would take a whole number for days.
    private static string AsTimeSpan(string value) =>
        long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var milliseconds)
        && Math.Abs((decimal)milliseconds) < (decimal)TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds).ToString("c", CultureInfo.InvariantCulture)
            : value;
}
