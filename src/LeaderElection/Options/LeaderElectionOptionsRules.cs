using System.Globalization;

namespace LeaderElection;

/// <summary>What options must satisfy; every message says what was given and what is allowed.</summary>
internal static class LeaderElectionOptionsRules
{
    private const int LongestName = 200;
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(30);

    /// <summary>Empty when the options can be used.</summary>
    public static IReadOnlyList<string> Violations(LeaderElectionOptions options)
    {
        var violations = new List<string>();
        violations.AddRange(NameViolations(nameof(options.ElectionName), options.ElectionName));
        violations.AddRange(NameViolations(nameof(options.InstanceId), options.InstanceId));
        violations.AddRange(DurationViolations(options));
        if (violations.Count == 0)
            violations.AddRange(RelationViolations(options));
        if (options.Endpoint is { } endpoint && !IsWebAddress(endpoint))
        {
            violations.Add(
                $"Endpoint is '{endpoint}'; it must be an absolute http or https address, or null to tell none.");
        }

        return violations;
    }

    public static void Check(LeaderElectionOptions options)
    {
        var violations = Violations(options);
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, violations), nameof(options));
    }

    private static IEnumerable<string> NameViolations(string option, string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return $"{option} is empty; it must have 1 to {LongestName} characters.";
        else if (name.Length > LongestName)
            yield return $"{option} has {name.Length} characters ('{name[..20]}…'); it must have 1 to {LongestName}.";
        else if (name.Any(char.IsControl))
            yield return $"{option} contains a control character; use printable characters only.";
    }

    private static IEnumerable<string> DurationViolations(LeaderElectionOptions options)
    {
        if (options.LeaseDuration < ShortestLease || options.LeaseDuration > LongestLease)
        {
            yield return $"LeaseDuration is {Text(options.LeaseDuration)}; it must be from {Text(ShortestLease)} to "
                + $"{Text(LongestLease)}. The default is 10 s.";
        }

        (string Option, TimeSpan Value)[] durations =
        [
            (nameof(options.RenewalInterval), options.RenewalInterval),
            (nameof(options.JitterRange), options.JitterRange),
            (nameof(options.SafetyMargin), options.SafetyMargin),
            (nameof(options.StoreTimeout), options.StoreTimeout),
            (nameof(options.CleanupInterval), options.CleanupInterval),
            (nameof(options.DrainTimeout), options.DrainTimeout),
            (nameof(options.ReleaseCooldown), options.ReleaseCooldown),
        ];
        foreach (var (option, value) in durations)
        {
            if (value <= TimeSpan.Zero || value > LongestDuration)
                yield return $"{option} is {Text(value)}; it must be positive and at most {Text(LongestDuration)}.";
        }

        if (options.ClockJumpTolerance < TimeSpan.Zero || options.ClockJumpTolerance > LongestDuration)
        {
            yield return $"ClockJumpTolerance is {Text(options.ClockJumpTolerance)}; it must not be negative and be at "
                + $"most {Text(LongestDuration)}. Zero trusts the store's clock.";
        }
    }

    private static IEnumerable<string> RelationViolations(LeaderElectionOptions options)
    {
        var needed = options.RenewalInterval + options.JitterRange + 2 * options.StoreTimeout + options.SafetyMargin;
        if (needed > options.LeaseDuration)
        {
            yield return "A lease must outlast one failed attempt to renew it: RenewalInterval + JitterRange + "
                + "2 × StoreTimeout + SafetyMargin ≤ LeaseDuration, but "
                + $"{Text(options.RenewalInterval)} + {Text(options.JitterRange)} + 2 × {Text(options.StoreTimeout)} + "
                + $"{Text(options.SafetyMargin)} = {Text(needed)} > {Text(options.LeaseDuration)}. "
                + "Lengthen LeaseDuration or shorten the others; options that are not set follow LeaseDuration.";
        }

        if (options.JitterRange >= options.RenewalInterval)
            yield return TooMuchJitter(options, nameof(options.RenewalInterval), options.RenewalInterval);
        if (options.JitterRange >= options.CleanupInterval)
            yield return TooMuchJitter(options, nameof(options.CleanupInterval), options.CleanupInterval);
    }

    private static string TooMuchJitter(LeaderElectionOptions options, string option, TimeSpan interval) =>
        $"JitterRange is {Text(options.JitterRange)}; it must be shorter than {option} ({Text(interval)}), which it is "
        + "taken off from.";

    private static bool IsWebAddress(Uri endpoint) =>
        endpoint.IsAbsoluteUri && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps);

    private static string Text(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###} ms");
}
