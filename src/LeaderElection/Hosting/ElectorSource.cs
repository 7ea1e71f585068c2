namespace LeaderElection;

/// <summary>Where the elector of one election of the app comes from; by the election's name in the container.</summary>
internal sealed record ElectorSource(Func<IServiceProvider, ILeaderElector> Create);
