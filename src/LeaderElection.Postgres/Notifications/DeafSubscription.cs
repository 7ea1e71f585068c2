namespace LeaderElection.Postgres;

/// <summary>Of a store that listens to nothing: whoever subscribed polls.</summary>
internal sealed class DeafSubscription : ILeaseSubscription
{
    public static readonly DeafSubscription Instance = new();

    public bool IsListening => false;

    public void Dispose()
    {
    }
}
