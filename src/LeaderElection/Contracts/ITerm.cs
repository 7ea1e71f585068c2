namespace LeaderElection;

/// <summary>What a <see cref="Leadership"/> shows of the term behind it. Members are safe to call from any
/// thread.</summary>
internal interface ITerm
{
    bool IsHeld { get; }

    TimeSpan Remaining { get; }

    CancellationToken Lost { get; }
}
