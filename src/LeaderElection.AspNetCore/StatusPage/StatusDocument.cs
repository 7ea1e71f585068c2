namespace LeaderElection.AspNetCore;

/// <summary>What <c>status</c> answers. Its JSON is public: programs read it.</summary>
internal sealed record StatusDocument(DateTimeOffset InstanceTime, IReadOnlyList<ElectionDocument> Elections);
