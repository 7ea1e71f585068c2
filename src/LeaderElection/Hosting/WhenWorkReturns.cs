namespace LeaderElection;

/// <summary>What a <see cref="LeaderBackgroundService"/> does when its work returns while its instance leads.</summary>
public enum WhenWorkReturns
{
    /// <summary>The instance goes on leading, idle, to the end of the term; the work is called again in its next
    /// one.</summary>
    KeepLeading,

    /// <summary>
    /// The leadership is given away, so that another instance works next; this one sits out
    /// <see cref="LeaderElectionOptions.ReleaseCooldown"/>.
    /// </summary>
    GiveAway,
}
