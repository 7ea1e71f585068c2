namespace LeaderElection.Postgres;

/// <summary>A store whose terms a transaction of its database can be fenced by.</summary>
internal interface IFencingStore : ITermStore
{
    /// <summary>What stands before the writes of a term in a transaction of the user.</summary>
    LeaseFence Fence { get; }
}
