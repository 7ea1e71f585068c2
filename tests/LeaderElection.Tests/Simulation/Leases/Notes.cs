namespace LeaderElection.Tests.Simulation;

/// <summary>What the referee remembers of one instance.</summary>
internal sealed class Notes
{
    /// <summary>The term that it was last seen to hold.</summary>
    public Leadership? Term { get; set; }

    /// <summary>When that term was first seen to be over; null when it was not.</summary>
    public long? OverSince { get; set; }

    /// <summary>The tokens that the store granted it.</summary>
    public HashSet<long> Granted { get; } = [];

    /// <summary>The term whose work runs, by what it is told to stop, and whether it ignores a loss; null for
    /// none.</summary>
    public (Leadership Term, CancellationToken Stop, bool IsStubborn)? Work { get; set; }

    /// <summary>When its work last failed, on its clock and in truth; null when that was long ago, or never.</summary>
    public (Moment At, long TrueTime)? WorkFailed { get; set; }

    /// <summary>Whether whoever does the work has not come back since it failed.</summary>
    public bool IsWorkerAway { get; set; }

    /// <summary>When it was last seen to stand aside because of its work.</summary>
    public long StoodAsideAt { get; set; } = long.MinValue / 2;

    /// <summary>The term that its handlers were told of and not yet told the end of.</summary>
    public long? ToldToken { get; set; }

    public long LastToldToken { get; set; }

    /// <summary>The last step-down asked of it: of which term, when on its clock, and when in truth.</summary>
    public (Leadership? Term, Moment At, long TrueTime)? ReleaseAsked { get; set; }
}
