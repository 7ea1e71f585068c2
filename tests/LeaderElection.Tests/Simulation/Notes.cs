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

    /// <summary>The term whose work runs, and whether that work ignores a loss; null for none.</summary>
    public (Leadership Term, bool IsStubborn)? Work { get; set; }

    /// <summary>The term that its handlers were told of and not yet told the end of.</summary>
    public long? ToldToken { get; set; }

    public long LastToldToken { get; set; }

    /// <summary>The last step-down that it was asked for: of which term, when on its clock, and when in truth.</summary>
    public (Leadership? Term, Moment At, long TrueTime)? ReleaseAsked { get; set; }
}
