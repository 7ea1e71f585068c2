namespace LeaderElection.AspNetCore;

/// <summary>One election as this instance sees it. Its JSON is a public contract.</summary>
internal sealed record ElectionDocument
{
    /// <summary>The name under which the app added the election.</summary>
    public required string Name { get; init; }

    /// <summary>The name that the instances contend for.</summary>
    public required string ElectionName { get; init; }

    /// <summary>This instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>When this was true, on this instance's clock.</summary>
    public required DateTimeOffset InstanceTime { get; init; }

    /// <summary><c>leader</c>, <c>follower</c> or <c>stopped</c>.</summary>
    public required string Role { get; init; }

    public required bool IsLeader { get; init; }

    /// <summary>Of the term that this instance holds.</summary>
    public required long? Token { get; init; }

    public required LeaderDocument? Leader { get; init; }

    public required long? LeaseDurationMs { get; init; }

    public required long? LeaseRemainingMs { get; init; }

    public required bool IsOverdue { get; init; }

    public required long? StoreSilenceMs { get; init; }

    public required FailureDocument? LastFailure { get; init; }

    /// <summary>Whether this instance leads and the page allows to make it step down.</summary>
    public required bool CanStepDown { get; init; }

    /// <summary>How often an event stream repeats this.</summary>
    public required long RefreshIntervalMs { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<TermDocument> Terms { get; init; }

    public static ElectionDocument Of(ElectionWatch election, StatusPageOptions options, DateTimeOffset now)
    {
        var elector = election.Elector;

        // Read once: the rest must not contradict it.
        var status = elector.Status;
        return new ElectionDocument
        {
            Name = election.Name,
            ElectionName = elector.ElectionName,
            InstanceId = elector.InstanceId,
            InstanceTime = now,
            Role = status.IsLeader ? "leader" : status.IsRunning ? "follower" : "stopped",
            IsLeader = status.IsLeader,
            Token = status.FencingToken,
            Leader = elector.Leader is { } leader
                ? new LeaderDocument(leader.InstanceId, leader.FencingToken, leader.Endpoint?.AbsoluteUri, leader.Since)
                : null,
            LeaseDurationMs = Milliseconds(status.Whole),
            LeaseRemainingMs = Milliseconds(status.Remaining),
            IsOverdue = status.IsOverdue,
            StoreSilenceMs = Milliseconds(status.Silence),
            LastFailure = status.LastFailure is { } failure
                ? new FailureDocument(failure.At, failure.Operation, failure.Message)
                : null,
            CanStepDown = options.AllowStepDown && status.FencingToken is not null,
            RefreshIntervalMs = (long)options.RefreshInterval.TotalMilliseconds,
            Terms = [.. election.Terms.Select(TermDocument.Of)],
        };
    }

    private static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;
}
