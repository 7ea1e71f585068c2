using System.Text.Json.Serialization;

namespace LeaderElection.Faults;

/// <summary>How the nodes run, which is what bounds are made of.</summary>
internal sealed record ElectionTimes(
    TimeSpan Lease, TimeSpan RenewalInterval, TimeSpan JitterRange, TimeSpan SafetyMargin, TimeSpan StoreTimeout,
    TimeSpan FenceGrace)
{
    /// <summary>
    /// docs/guarantees.md, 3: after the end of the lease another leads within this and the time of one statement, which
    /// the allowance has room for.
    /// </summary>
    public static readonly TimeSpan Takeover = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// What a shared machine of two cores may add to any bound: processes that wait for their turn, statements that
    /// wait for the disk. The one place where it is said.
    /// </summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long after a fault was mended somebody has asked again: the longest pause between two failed attempts, and
    /// an attempt that was under way.
    /// </summary>
    [JsonIgnore]
    public TimeSpan Retry => RenewalInterval + StoreTimeout;

    /// <summary>
    /// A cut-off leader's open fenced transaction is ended by the server <see cref="FenceGrace"/> after the lease that
    /// it was fenced by; a follower that it keeps out tries again after a tenth of an attempt and 50 ms.
    /// </summary>
    [JsonIgnore]
    public TimeSpan TakeoverBesideFence => FenceGrace + StoreTimeout / 10 + 2 * Takeover;

    /// <summary>
    /// Of a leader whose renewals get no answer: it stops a safety margin before the end of the row as it knows it,
    /// and the last attempts that it gave up, each for its time limit, may yet have renewed the row for another lease.
    /// </summary>
    [JsonIgnore]
    public TimeSpan WithoutAnswers => Lease + SafetyMargin + StoreTimeout + TakeoverBesideFence;

    /// <summary>With the defaults that the product derives from the lease.</summary>
    public static ElectionTimes Of(TimeSpan lease)
    {
        var options = new LeaderElectionOptions { LeaseDuration = lease };
        return new ElectionTimes(
            lease, options.RenewalInterval, options.JitterRange, options.SafetyMargin, options.StoreTimeout,
            FenceGrace: 0.1 * lease);
    }
}
