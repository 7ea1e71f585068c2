namespace LeaderElection;

/// <summary>Hints about one election, until disposed.</summary>
public interface ILeaseSubscription : IDisposable
{
    /// <summary>Whether hints are known to arrive. While false, the elector polls.</summary>
    bool IsListening { get; }
}
