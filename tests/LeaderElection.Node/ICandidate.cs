namespace LeaderElection.Node;

/// <summary>What a node runs for office with. Safe to ask from any thread.</summary>
internal interface ICandidate : IAsyncDisposable
{
    bool IsLeader { get; }

    /// <summary>Of the term that it believes to hold; null when it believes in none.</summary>
    long? Token { get; }

    /// <summary>The term held; null when there is none, and for a candidate that has no fence to offer.</summary>
    Leadership? Term { get; }

    Task StartAsync();

    Task ReleaseAsync();

    /// <summary>Returns when it has left the race and its work has ended.</summary>
    Task StopAsync();
}
