namespace LeaderElection;

/// <summary>What a term tells the elector that it belongs to; called on users' threads.</summary>
internal interface ITermHolder
{
    void OnWorkEnded();

    void OnUserCodeFailed(Leadership leadership, Exception exception);
}
