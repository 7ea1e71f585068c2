namespace LeaderElection.AspNetCore;

/// <summary>What <c>status</c> answers. Its JSON is a public contract.</summary>
internal sealed record StatusDocument(DateTimeOffset InstanceTime, IReadOnlyList<ElectionDocument> Elections);
