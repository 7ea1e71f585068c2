namespace FailoverDemo;

internal static class ExitCode
{
    public const int AllWell = 0;
    public const int PromiseBroken = 1;
    public const int NoPostgres = 2;

    // Of a worker whose demo is gone.
    public const int Abandoned = 3;

    // As shells count the signals.
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
