namespace LeaderElection.Lab;

/// <summary>There is no Postgres to test against; the message says how to get one.</summary>
public sealed class PostgresNotFoundException(string message, Exception? innerException = null)
    : Exception(message, innerException);
