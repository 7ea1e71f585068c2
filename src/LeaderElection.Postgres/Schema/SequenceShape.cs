namespace LeaderElection.Postgres;

/// <summary>How a sequence counts.</summary>
internal sealed record SequenceShape(long Cache, long Increment, long Greatest, bool Cycles);
