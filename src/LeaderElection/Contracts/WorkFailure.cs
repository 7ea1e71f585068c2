namespace LeaderElection;

/// <summary>Work that failed while its instance led, and for which that instance stands aside.</summary>
public sealed record WorkFailure
{
    /// <summary>When it failed, on this machine's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The error, for people: its type and what it says.</summary>
    public required string Message { get; init; }

    /// <summary>In how many terms in a row work failed, this one included.</summary>
    public required int InARow { get; init; }

    /// <summary>
    /// After how long this instance runs for office again. Null when it will not before the work is taken up again: its
    /// caller has not called <see cref="LeaderElectorExtensions.RunAsLeaderAsync"/> since.
    /// </summary>
    public TimeSpan? RetryIn { get; init; }
}
