namespace LeaderElection;

/// <summary>Wants to know when somebody has seen a trust window closed.</summary>
internal interface IClosingWatcher
{
    /// <summary>Called once, on the thread of whoever asked the window: takes no lock, allocates nothing and never
    /// throws.</summary>
    void OnSeenClosed();
}
