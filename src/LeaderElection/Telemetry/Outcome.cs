namespace LeaderElection;

/// <summary>What came of an attempt. Their names in metrics are a contract.</summary>
internal enum Outcome
{
    /// <summary>No usable answer.</summary>
    Unknown,

    /// <summary>The leadership is this instance's.</summary>
    Granted,

    /// <summary>It is, or may be, somebody else's.</summary>
    HeldByAnother,

    /// <summary>It is not this instance's any more.</summary>
    Lost,

    /// <summary>It was this instance's and is nobody's.</summary>
    Released,

    /// <summary>What ran out long ago is gone.</summary>
    Deleted,
}
