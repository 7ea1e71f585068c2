namespace LeaderElection;

/// <summary>Thrown where an act needs a term that is over.</summary>
public sealed class LeadershipLostException : Exception
{
    /// <summary>Says that some term is over.</summary>
    public LeadershipLostException()
        : base("The leadership is lost.")
    {
    }

    /// <summary>Says what was lost.</summary>
    /// <param name="message">The election, the instance and the term.</param>
    public LeadershipLostException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was lost and what showed it.</summary>
    /// <param name="message">The election, the instance and the term.</param>
    /// <param name="innerException">What showed that the term is over.</param>
    public LeadershipLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
