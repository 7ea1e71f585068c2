namespace LeaderElection;

/// <summary>An elector that keeps count of who works under it, so that it does not lead for nobody.</summary>
internal interface IWorkplace
{
    /// <summary>Somebody waits to work, or one whose work has failed comes back.</summary>
    void OnWorkerCame();

    /// <summary>Work has failed, and the one who did it is gone unless he comes back.</summary>
    void OnWorkerFailed();
}
