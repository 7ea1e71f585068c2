namespace LeaderElection.AspNetCore;

/// <summary>How endpoints that only the leader serves answer; for all elections of the app.</summary>
public sealed class LeaderOnlyOptions
{
}
