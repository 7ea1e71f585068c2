namespace LeaderElection.Tests;

public sealed class FakeElectorTests() : LeaderElectorSuite(new FakeElector());

public sealed class FakeElectorWorkTests() : LeaderWorkSuite(new FakeElector());
