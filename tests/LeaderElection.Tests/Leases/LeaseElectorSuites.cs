namespace LeaderElection.Tests;

public sealed class LeaseElectorTests() : LeaderElectorSuite(new ArenaElector());

public sealed class LeaseElectorWorkTests() : LeaderWorkSuite(new ArenaElector());
