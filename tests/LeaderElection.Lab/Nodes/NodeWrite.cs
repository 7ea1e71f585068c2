namespace LeaderElection.Lab;

/// <summary>How a node writes its row.</summary>
public enum NodeWrite
{
    /// <summary>In a fenced transaction.</summary>
    Fenced,

    /// <summary>As it comes.</summary>
    Plain,
}
