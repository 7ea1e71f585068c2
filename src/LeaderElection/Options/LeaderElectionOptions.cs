using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace LeaderElection;

/// <summary>
/// How an instance runs in one election. Durations that are not set follow <see cref="LeaseDuration"/>. Read once, when
/// the elector is made; later changes have no effect.
/// </summary>
/// <remarks>
/// A leader keeps its lease through one failed attempt when
/// <c>RenewalInterval + JitterRange + 2 × StoreTimeout + SafetyMargin ≤ LeaseDuration</c>; other combinations are
/// refused. All instances of an election should use the same durations. Where they differ, every lease lasts as long as
/// its holder asked for.
/// </remarks>
public sealed class LeaderElectionOptions
{
    /// <summary>The origin of what a program sets itself.</summary>
    internal const string Code = "code";

    // One for all elections of the process: it is the same instance in each.
    private static readonly string ThisInstance =
        $"{Environment.MachineName}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    private TimeSpan? _renewalInterval;
    private TimeSpan? _jitterRange;
    private TimeSpan? _safetyMargin;
    private TimeSpan? _storeTimeout;
    private TimeSpan? _cleanupInterval;
    private TimeSpan? _drainTimeout;
    private TimeSpan? _releaseCooldown;
    private int? _lockId;

    /// <summary>What is contended for: 1 to 200 characters, no control characters. <c>"default"</c> unless
    /// set.</summary>
    public string ElectionName { get; set => field = FromCode(value); } = "default";

    /// <summary>
    /// Who this instance is, shown to people: 1 to 200 characters, no control characters. It never proves ownership.
    /// <c>{machine}-{process id}-{8 random characters}</c> unless set, the same in all elections of the process.
    /// </summary>
    public string InstanceId { get; set => field = FromCode(value); } = ThisInstance;

    /// <summary>
    /// How long a term lasts without a renewal, measured on the store's clock from the moment the store grants it: the
    /// longest time without a leader after one dies. 10 s unless set; 100 ms to 1 day.
    /// </summary>
    public TimeSpan LeaseDuration { get; set => field = FromCode(value); } = TimeSpan.FromSeconds(10);

    /// <summary>From one renewal to the next, and between polls without notifications. 0.3 × lease unless
    /// set.</summary>
    public TimeSpan RenewalInterval
    {
        get => _renewalInterval ?? 0.3 * LeaseDuration;
        set => _renewalInterval = FromCode(value);
    }

    /// <summary>
    /// Renewals, polls and cleanups come up to this much earlier or later, so that instances started together do not
    /// stay in step. Shorter than the intervals it is applied to. 0.2 × lease unless set.
    /// </summary>
    public TimeSpan JitterRange
    {
        get => _jitterRange ?? 0.2 * LeaseDuration;
        set => _jitterRange = FromCode(value);
    }

    /// <summary>
    /// A leader stops trusting its lease this long before the row runs out. Covers clock rates that differ, and is the
    /// time the work has to stop between <see cref="Leadership.Lost"/> and the next leader. 0.1 × lease unless set.
    /// </summary>
    public TimeSpan SafetyMargin
    {
        get => _safetyMargin ?? 0.1 * LeaseDuration;
        set => _safetyMargin = FromCode(value);
    }

    /// <summary>For one attempt against the store, connecting included. 0.15 × lease unless set.</summary>
    public TimeSpan StoreTimeout
    {
        get => _storeTimeout ?? 0.15 * LeaseDuration;
        set => _storeTimeout = FromCode(value);
    }

    /// <summary>How often this process deletes leases that ran out more than 5 s ago. 6 × lease unless set.</summary>
    public TimeSpan CleanupInterval
    {
        get => _cleanupInterval ?? 6 * LeaseDuration;
        set => _cleanupInterval = FromCode(value);
    }

    /// <summary>
    /// How long a leader that steps down goes on renewing while its work ends. Work that outlasts it keeps the lease
    /// from being given away: the lease then runs out by itself. One lease unless set.
    /// </summary>
    public TimeSpan DrainTimeout
    {
        get => _drainTimeout ?? LeaseDuration;
        set => _drainTimeout = FromCode(value);
    }

    /// <summary>How long an instance sits out after <see cref="ILeaderElector.ReleaseAsync"/>. One lease unless
    /// set.</summary>
    public TimeSpan ReleaseCooldown
    {
        get => _releaseCooldown ?? LeaseDuration;
        set => _releaseCooldown = FromCode(value);
    }

    /// <summary>
    /// How far the store's clock may jump ahead without two leaders: a lease that looks expired by less than this is
    /// taken over only by an instance that has seen it to its end on its own monotonic clock. An instance that was
    /// watching before the lease was last renewed has, and loses no time; one that was not waits for a whole lease from
    /// when it first saw it. Zero (never wait) unless set; not negative, at most 30 days.
    /// </summary>
    public TimeSpan ClockJumpTolerance { get; set => field = FromCode(value); }

    /// <summary>
    /// Key of the advisory lock under which the election's lease changes hands. From <see cref="ElectionName"/> unless
    /// set; set it only when it collides with a lock of the app. The same for all instances of an election.
    /// </summary>
    public int LockId
    {
        get => _lockId ?? StableHash.Of(ElectionName ?? "");
        set => _lockId = FromCode(value);
    }

    /// <summary>Where this instance can be reached, told to the followers: absolute, http or https. Null tells
    /// nothing.</summary>
    public Uri? Endpoint { get; set => field = FromCode(value); }

    /// <summary>Where the options that were set came from, by their names. What is not in here is a default.</summary>
    internal Dictionary<string, string> Origins { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Options from the environment variables <c>LE_*</c>, one for each option: <c>LE_LEASE_DURATION</c> for
    /// <see cref="LeaseDuration"/> and so on. For electors made without a host; in a host <c>AddLeaderElection()</c>
    /// reads them. A variable that is absent or empty leaves the default. Durations are whole milliseconds
    /// (<c>15000</c>) or <c>hh:mm:ss</c>. Whether the values can be used together is checked when an elector is made of
    /// them.
    /// </summary>
    /// <returns>New options; what is set on them afterwards is stronger.</returns>
    /// <exception cref="FormatException">Variables cannot be read; the message names each of them, what it is and what
    /// it must be.</exception>
    public static LeaderElectionOptions FromEnvironment() => FromEnvironment(EnvironmentVariables.OfProcess());

    internal static LeaderElectionOptions FromEnvironment(EnvironmentVariables variables)
    {
        var options = new LeaderElectionOptions();
        var failures = new List<string>();
        foreach (var option in LeaderElectionOption.All)
        {
            if (variables.Find(option) is { } given
                && option.Read(options, given, options.ElectionName) is { } failure)
            {
                failures.Add(failure);
            }
        }

        return failures.Count == 0 ? options : throw new FormatException(string.Join(Environment.NewLine, failures));
    }

    internal LeaderElectionOptions Copy()
    {
        var copy = (LeaderElectionOptions)MemberwiseClone();
        copy.Origins = new Dictionary<string, string>(Origins, Origins.Comparer);
        return copy;
    }

    /// <summary>A copy for another election: without what is of one election only.</summary>
    internal LeaderElectionOptions CopyFor(string electionName)
    {
        var copy = Copy();
        copy.ElectionName = electionName;
        copy._lockId = null;
        copy.Origins.Remove(nameof(LockId));
        return copy;
    }

    // Whoever sets an option from another source says so afterwards.
    private T FromCode<T>(T value, [CallerMemberName] string option = "")
    {
        Origins[option] = Code;
        return value;
    }
}
