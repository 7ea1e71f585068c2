namespace LeaderElection.AspNetCore;

internal sealed record FailureDocument(DateTimeOffset At, string Operation, string Message);
