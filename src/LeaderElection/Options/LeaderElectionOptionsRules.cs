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
        violations.AddRange(NameViolations(options, nameof(options.ElectionName), options.ElectionName));
        violations.AddRange(NameViolations(options, nameof(options.InstanceId), options.InstanceId));
        violations.AddRange(DurationViolations(options));
        if (violations.Count == 0 && RelationViolation(options) is { } relation)
            violations.Add(relation);
        if (options.Endpoint is { } endpoint && !OptionFormats.IsWebAddress(endpoint))
        {
            violations.Add(
                $"{Named(options, nameof(options.Endpoint))} is '{OptionFormats.Address(endpoint)}'; it must be an "
                + "absolute http or https address, or null to tell none.");
        }

        return violations;
    }

    public static void Check(LeaderElectionOptions options)
    {
        var violations = Violations(options);
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, violations), nameof(options));
    }

    private static IEnumerable<string> NameViolations(LeaderElectionOptions options, string option, string? name)
    {
        var named = Named(options, option);
        if (string.IsNullOrWhiteSpace(name))
            yield return $"{named} is empty; it must have 1 to {LongestName} characters.";
        else if (name.Length > LongestName)
            yield return $"{named} has {name.Length} characters ('{name[..20]}…'); it must have 1 to {LongestName}.";
        else if (name.Any(char.IsControl))
            yield return $"{named} contains a control character; use printable characters only.";
    }

    private static IEnumerable<string> DurationViolations(LeaderElectionOptions options)
    {
        if (options.LeaseDuration < ShortestLease || options.LeaseDuration > LongestLease)
        {
            yield return $"{Named(options, nameof(options.LeaseDuration))} is {Text(options.LeaseDuration)}; it must "
                + $"be from {Text(ShortestLease)} to {Text(LongestLease)}. The default is 10 s.";
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

        // What nobody set follows the lease, and is wrong only where the lease is: that was said already.
        foreach (var (option, value) in durations.Where(duration => options.Origins.ContainsKey(duration.Option)))
        {
            if (value <= TimeSpan.Zero || value > LongestDuration)
            {
                yield return $"{Named(options, option)} is {Text(value)}; it must be positive and at most "
                    + $"{Text(LongestDuration)}.";
            }
        }

        if (options.ClockJumpTolerance < TimeSpan.Zero || options.ClockJumpTolerance > LongestDuration)
        {
            yield return $"{Named(options, nameof(options.ClockJumpTolerance))} is {Text(options.ClockJumpTolerance)}; "
                + $"it must not be negative and be at most {Text(LongestDuration)}. Zero trusts the store's clock.";
        }
    }

    /// <summary>The first one only: one wrong value often breaks several relations.</summary>
    private static string? RelationViolation(LeaderElectionOptions options)
    {
        if (options.JitterRange >= options.RenewalInterval)
            return TooMuchJitter(options, nameof(options.RenewalInterval), options.RenewalInterval);
        if (options.JitterRange >= options.CleanupInterval)
            return TooMuchJitter(options, nameof(options.CleanupInterval), options.CleanupInterval);

        var needed = options.RenewalInterval + options.JitterRange + 2 * options.StoreTimeout + options.SafetyMargin;
        if (needed <= options.LeaseDuration)
            return null;
        return "A lease must outlast one failed attempt to renew it: RenewalInterval + JitterRange + "
            + "2 × StoreTimeout + SafetyMargin ≤ LeaseDuration, but "
            + $"{Text(options.RenewalInterval)} + {Text(options.JitterRange)} + 2 × {Text(options.StoreTimeout)} + "
            + $"{Text(options.SafetyMargin)} = {Text(needed)} > {Text(options.LeaseDuration)}. "
            + "Lengthen LeaseDuration or shorten the others; options that are not set follow LeaseDuration.";
    }

    private static string TooMuchJitter(LeaderElectionOptions options, string option, TimeSpan interval)
    {
        var jitter = nameof(options.JitterRange);
        return options.Origins.ContainsKey(jitter)
            ? $"{Named(options, jitter)} is {Text(options.JitterRange)}; it must be shorter than {option} "
                + $"({Text(interval)}), which it is taken off from."
            : $"{Named(options, option)} is {Text(interval)}; it must be longer than {jitter}, which is taken off from "
                + $"it and is {Text(options.JitterRange)} here. Lengthen it, or set {jitter}.";
    }

    /// <summary>The option, and where its value came from unless that is code, which an exception shows.</summary>
    private static string Named(LeaderElectionOptions options, string option) =>
        options.Origins.GetValueOrDefault(option) is { } origin and not LeaderElectionOptions.Code
            ? $"{option} ({origin})"
            : option;

    private static string Text(TimeSpan duration) => OptionFormats.Milliseconds(duration);
}
