namespace LeaderElection;

/// <summary>
/// One option: its names, how it is read from text and shown. <see cref="All"/> is the one table of them; it is made of
/// delegates, because reflection would break apps that are trimmed.
/// </summary>
/// <param name="Name">Of the property, and of the key in a configuration section.</param>
/// <param name="Variable">The environment variable.</param>
/// <param name="Allowed">What can be read, for people: completes "it must be …".</param>
/// <param name="TrySet">Sets it from text, if that can be read.</param>
/// <param name="Show">The value, for logs.</param>
internal sealed record LeaderElectionOption(
    string Name, string Variable, string Allowed, Func<LeaderElectionOptions, string, bool> TrySet,
    Func<LeaderElectionOptions, string> Show)
{
    private const string LeaseDuration = nameof(LeaderElectionOptions.LeaseDuration);

    public static IReadOnlyList<LeaderElectionOption> All { get; } =
    [
        Of(nameof(LeaderElectionOptions.ElectionName), "LE_ELECTION_NAME", OptionFormats.Text,
            options => options.ElectionName, (options, value) => options.ElectionName = value)
            with { IsOfOneElection = true },
        Of(nameof(LeaderElectionOptions.InstanceId), "LE_INSTANCE_ID", OptionFormats.Text,
            options => options.InstanceId, (options, value) => options.InstanceId = value),
        Of(LeaseDuration, "LE_LEASE_DURATION", OptionFormats.Duration,
            options => options.LeaseDuration, (options, value) => options.LeaseDuration = value),
        Of(nameof(LeaderElectionOptions.RenewalInterval), "LE_RENEWAL_INTERVAL", OptionFormats.Duration,
            options => options.RenewalInterval, (options, value) => options.RenewalInterval = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.JitterRange), "LE_JITTER_RANGE", OptionFormats.Duration,
            options => options.JitterRange, (options, value) => options.JitterRange = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.SafetyMargin), "LE_SAFETY_MARGIN", OptionFormats.Duration,
            options => options.SafetyMargin, (options, value) => options.SafetyMargin = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.StoreTimeout), "LE_STORE_TIMEOUT", OptionFormats.Duration,
            options => options.StoreTimeout, (options, value) => options.StoreTimeout = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.CleanupInterval), "LE_CLEANUP_INTERVAL", OptionFormats.Duration,
            options => options.CleanupInterval, (options, value) => options.CleanupInterval = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.DrainTimeout), "LE_DRAIN_TIMEOUT", OptionFormats.Duration,
            options => options.DrainTimeout, (options, value) => options.DrainTimeout = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.ReleaseCooldown), "LE_RELEASE_COOLDOWN", OptionFormats.Duration,
            options => options.ReleaseCooldown, (options, value) => options.ReleaseCooldown = value)
            with { Follows = LeaseDuration },
        Of(nameof(LeaderElectionOptions.ClockJumpTolerance), "LE_CLOCK_JUMP_TOLERANCE", OptionFormats.Duration,
            options => options.ClockJumpTolerance, (options, value) => options.ClockJumpTolerance = value),
        Of(nameof(LeaderElectionOptions.LockId), "LE_LOCK_ID", OptionFormats.WholeNumber,
            options => options.LockId, (options, value) => options.LockId = value)
            with { Follows = nameof(LeaderElectionOptions.ElectionName), IsOfOneElection = true },
        Of(nameof(LeaderElectionOptions.Endpoint), "LE_ENDPOINT", OptionFormats.WebAddress,
            options => options.Endpoint, (options, value) => options.Endpoint = value),
    ];

    /// <summary>The option that this one is computed from unless it is set; null when it has a default of its
    /// own.</summary>
    public string? Follows { get; init; }

    /// <summary>Whether sources that all elections of an app share set it only for the one without a name.</summary>
    public bool IsOfOneElection { get; init; }

    /// <summary>Sets the option from text.</summary>
    /// <returns>What is wrong with the text; null when the option was set.</returns>
    public string? Read(LeaderElectionOptions options, GivenText given, string election)
    {
        if (!TrySet(options, given.Text))
        {
            return $"{given.Source} is '{OptionFormats.WithoutSecrets(given.Text)}'; {Name} of election '{election}' "
                + $"must be {Allowed}.";
        }

        options.Origins[Name] = given.Source;
        return null;
    }

    /// <summary>The value and where it came from.</summary>
    public string Describe(LeaderElectionOptions options)
    {
        var origin = options.Origins.GetValueOrDefault(Name) ?? (Follows is null ? "default" : $"from {Follows}");
        return $"{Name} {Show(options)} ({origin})";
    }

    private static LeaderElectionOption Of<T>(
        string name, string variable, OptionFormat<T> format, Func<LeaderElectionOptions, T> get,
        Action<LeaderElectionOptions, T> set) => new(
        name,
        variable,
        format.Allowed,
        (options, text) =>
        {
            if (!format.TryRead(text, out var value))
                return false;
            set(options, value);
            return true;
        },
        options => format.Show(get(options)));
}
