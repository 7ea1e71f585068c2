namespace LeaderElection.Faults;

internal static class ExitCode
{
    public const int AllWell = 0;
    public const int PromiseBroken = 1;
    public const int CannotRun = 2;
    public const int HistoryIncomplete = 3;

    // As shells count the signals.
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
