namespace LeaderElection;

/// <summary>An attempt against the store that got no usable answer.</summary>
/// <param name="At">When, on this machine's clock.</param>
/// <param name="Operation">What was tried, as in logs and metrics: <c>acquire</c> or <c>renew</c>.</param>
/// <param name="Message">The error, for people; carries no connection string.</param>
public sealed record FailedAttempt(DateTimeOffset At, string Operation, string Message);
