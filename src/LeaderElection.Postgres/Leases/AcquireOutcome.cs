namespace LeaderElection.Postgres;

/// <summary>What came of one claim.</summary>
internal enum AcquireOutcome
{
    /// <summary>Nothing is granted yet on this timeline of the database.</summary>
    Unsettled = 0,

    /// <summary>Taken.</summary>
    Granted = 1,

    /// <summary>Somebody's, or not out for long enough.</summary>
    Held = 2,

    /// <summary>It has run out, and a transaction holds on to its row.</summary>
    HeldUp = 3,

    /// <summary>Another contender is at it.</summary>
    BeingTaken = 4,
}
