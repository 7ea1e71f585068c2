namespace LeaderElection;

/// <summary>What an elector tries against what it depends on. Their names in logs and metrics are a contract.</summary>
internal enum Operation
{
    /// <summary>To get the lease.</summary>
    Acquire,

    /// <summary>To make it last longer.</summary>
    Renew,

    /// <summary>To see who has it.</summary>
    Read,

    /// <summary>To give it away.</summary>
    Release,

    /// <summary>To delete what ran out long ago.</summary>
    Delete,
}
