namespace LeaderElection.Postgres;

/// <summary>
/// That an election of the app keeps its lease in Postgres. No record: it stands in the container, whose diagnostics
/// print what they find, and a record would print the password.
/// </summary>
internal sealed class PostgresUse(
    string name, string optionsName, string? connectionString, Action<PostgresLeaseOptions>? configure)
{
    /// <summary>The one under which the election was added.</summary>
    public string Name => name;

    public string OptionsName => optionsName;

    public string? ConnectionString => connectionString;

    public Action<PostgresLeaseOptions>? Configure => configure;
}
