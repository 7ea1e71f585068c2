namespace LeaderElection;

/// <summary>What a leader asks for: that its term lasts longer.</summary>
/// <param name="Term">Whose lease.</param>
/// <param name="LeaseDuration">From the moment of execution, on the store's clock.</param>
public readonly record struct LeaseRenewal(LeaseTerm Term, TimeSpan LeaseDuration);
