namespace LeaderElection.Faults;

/// <summary>What was asked for cannot be done; the message says what to do instead.</summary>
internal sealed class CannotRunException(string message) : Exception(message);
