namespace LeaderElection;

/// <summary>What the queue knows of requests that go together, of whatever kind.</summary>
internal interface IBatch
{
    /// <summary>How long it is waited for at most, once it is sent.</summary>
    TimeSpan Limit { get; }

    /// <summary>Sends it. Ends when it is answered or its limit has passed. Never throws.</summary>
    Task SendAsync();

    /// <summary>Puts back those that others were served before.</summary>
    void Settle();

    /// <summary>Ends the others. Resumes whoever waits, so not under a lock.</summary>
    void HandOut();
}
