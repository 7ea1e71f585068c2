namespace LeaderElection;

/// <summary>
/// The store of one election of the app. A holder, because the container disposes every disposable that a factory of it
/// returns, and would dispose a shared store before the last elector that needs it.
/// </summary>
internal sealed record ElectionStore(ILeaseStore Store);
