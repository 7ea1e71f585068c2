namespace FailoverDemo;

/// <summary>How the demo starts a worker: what stands on the command line of the process.</summary>
/// <param name="Name">The instance.</param>
/// <param name="Schema">Where the table of leases is.</param>
internal sealed record WorkerCommand(string Name, string Schema)
{
    /// <summary>A password has no place on a command line.</summary>
    public const string ConnectionStringVariable = "LEADER_ELECTION_POSTGRES";

    public const string ElectionName = "demo";

    private const string Verb = "worker";

    public static TimeSpan LeaseDuration { get; } = TimeSpan.FromSeconds(3);

    public string[] Arguments => [Verb, Name, Schema];

    /// <summary>Null for the demo itself.</summary>
    public static WorkerCommand? TryParse(string[] arguments) =>
        arguments is [Verb, var name, var schema] ? new WorkerCommand(name, schema) : null;
}
