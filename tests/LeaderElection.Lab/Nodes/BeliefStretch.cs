namespace LeaderElection.Lab;

/// <summary>
/// A time during which a node is known to have believed that it led; ticks of the machine-wide monotonic clock. It
/// claims no more than is certain: the true stretch is up to a sample longer at both ends.
/// </summary>
public sealed record BeliefStretch(string InstanceId, long Token, long From, long Until, bool IsOver);
