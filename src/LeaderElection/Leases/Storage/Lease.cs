namespace LeaderElection;

/// <summary>A lease as the store had it when it answered.</summary>
/// <param name="InstanceId">Who holds it, for people.</param>
/// <param name="FencingToken">The number of the term.</param>
/// <param name="AcquiredAt">Start of the term, on the store's clock.</param>
/// <param name="ExpiresAt">
/// Until when it lasts, on the store's clock, exactly as the store keeps it: with the token it tells one grant from the
/// next.
/// </param>
/// <param name="Remaining">
/// How much longer it lasted at the time of the answer, on the store's clock; not positive for a lease that ran out, but
/// not by enough to rule out a jump of that clock (<see cref="LeaseClaim.ClockJumpTolerance"/>).
/// </param>
/// <param name="Endpoint">Where the holder says it can be reached; null when it told nothing.</param>
public sealed record Lease(
    string InstanceId, long FencingToken, DateTimeOffset AcquiredAt, DateTimeOffset ExpiresAt, TimeSpan Remaining,
    Uri? Endpoint);
