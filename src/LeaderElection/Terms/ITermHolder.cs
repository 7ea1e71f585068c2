namespace LeaderElection;

/// <summary>What a term tells the elector that it belongs to, and asks of it; called on any thread.</summary>
internal interface ITermHolder
{
    /// <summary>Runs code of users, which may block: on another thread than the caller's where that matters. Errands
    /// begin in order, and none waits for another to end.</summary>
    void RunAside(Action errand);

    void OnWorkEnded();

    /// <summary>What was called to hear of the end of a term threw, or work that had been told of it.</summary>
    void OnUserCodeFailed(Term term, Exception exception);

    /// <summary>Work threw in a term that is held: it has not done what it leads for.</summary>
    void OnWorkFailed(Term term, Exception exception);
}
