namespace LeaderElection;

/// <summary>
/// An elector that belongs to whoever asked for it, who disposes it; the app's own belong to the host. Disposing it
/// leaves the election for good, as a stop of the host does: the term ends at once, and the lease is given away when
/// the work has ended. It returns then, or at once when called from inside that work; called again it does nothing
/// more.
/// </summary>
public interface IOwnedLeaderElector : ILeaderElector, IAsyncDisposable;
