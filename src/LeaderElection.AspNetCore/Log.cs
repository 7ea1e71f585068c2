namespace LeaderElection.AspNetCore;

/// <summary>What the web package logs. Event ids (3000 and up) are a contract: never reused, never renumbered.</summary>
internal static partial class Log
{
}
