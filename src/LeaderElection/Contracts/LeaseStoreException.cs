namespace LeaderElection;

/// <summary>
/// Thrown by a store that cannot be used as it is configured: someone has to act. The message says what is wrong and
/// what to do, and carries no connection string. The elector goes on trying.
/// </summary>
public sealed class LeaseStoreException : Exception
{
    /// <summary>Says that some store is misconfigured.</summary>
    public LeaseStoreException()
        : base("The lease store is misconfigured.")
    {
    }

    /// <summary>Says what is wrong and what to do.</summary>
    /// <param name="message">For the person who has to act.</param>
    public LeaseStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, what to do, and what showed it.</summary>
    /// <param name="message">For the person who has to act.</param>
    /// <param name="innerException">The error of the driver.</param>
    public LeaseStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
