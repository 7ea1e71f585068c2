namespace LeaderElection;

/// <summary>Who leads an election.</summary>
/// <param name="InstanceId">The leader's name for people; it proves nothing.</param>
/// <param name="FencingToken">The number of the leader's term.</param>
/// <param name="Endpoint">Where the leader says it can be reached; null when it told nothing.</param>
/// <param name="Since">Start of the term, on the store's clock.</param>
public sealed record LeaderInfo(string InstanceId, long FencingToken, Uri? Endpoint, DateTimeOffset Since);
