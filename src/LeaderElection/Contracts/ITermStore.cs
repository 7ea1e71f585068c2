namespace LeaderElection;

/// <summary>
/// Marks what keeps the terms of an election in a place of its own, so that a package that knows the place can add to a
/// term: as PgLeaderElection does with fenced transactions. It asks for nothing and promises nothing.
/// </summary>
public interface ITermStore;
