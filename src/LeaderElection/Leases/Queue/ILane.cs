namespace LeaderElection;

/// <summary>What the queue knows of the requests of one kind. Guarded by the queue's lock.</summary>
internal interface ILane
{
    bool IsEmpty { get; }

    /// <summary>Whether as many wait as may go together.</summary>
    bool IsFull { get; }

    /// <summary>The timestamp at which the least patient of them goes.</summary>
    long DueBy { get; }

    /// <summary>Null when all of them were withdrawn.</summary>
    IBatch? Take();
}
