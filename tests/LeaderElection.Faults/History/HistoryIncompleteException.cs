namespace LeaderElection.Faults;

/// <summary>A history file cannot be judged: something of it is missing, or was changed.</summary>
internal sealed class HistoryIncompleteException(string message) : Exception(message);
