namespace LeaderElection.AspNetCore;

/// <summary>One term as this process saw it.</summary>
/// <param name="Leader">The instance that held it.</param>
/// <param name="FencingToken">Its number.</param>
/// <param name="From">When it was first seen, on this process's clock.</param>
/// <param name="To">When it was seen to be over; null while it is not.</param>
/// <param name="EndedBy">How it ended; null while it goes on, and for terms of others.</param>
/// <param name="IsSelf">Whether this instance held it.</param>
internal sealed record ObservedTerm(
    string Leader, long FencingToken, DateTimeOffset From, DateTimeOffset? To, LeadershipChangeReason? EndedBy,
    bool IsSelf);
