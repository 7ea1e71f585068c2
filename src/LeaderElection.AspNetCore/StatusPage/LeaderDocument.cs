namespace LeaderElection.AspNetCore;

/// <param name="InstanceId">Its name for people.</param>
/// <param name="Token">The number of its term.</param>
/// <param name="Endpoint">Absolute, http or https; null when it told none.</param>
/// <param name="Since">On the store's clock, unlike every other time of the document.</param>
internal sealed record LeaderDocument(string InstanceId, long Token, string? Endpoint, DateTimeOffset Since);
