namespace LeaderElection.Lab;

internal static class ExitCode
{
    public const int Failed = 1;
    public const int NothingToRunOn = 2;
}
