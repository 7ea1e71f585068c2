using System.Globalization;

namespace LeaderElection.Lab;

/// <summary>Which Postgres is wanted. What is null is left to what there is.</summary>
public sealed record PostgresRequest
{
    public const string ConnectionStringVariable = "LEADER_ELECTION_POSTGRES";
    public const string ProgramsVariable = "LEADER_ELECTION_POSTGRES_PROGRAMS";
    public const string VersionVariable = "LEADER_ELECTION_POSTGRES_VERSION";

    private const int NewestVersion = 18;

    /// <summary>Of a server that runs already.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The folder with the server programs to run.</summary>
    public string? Programs { get; init; }

    /// <summary>The major version; a server of another one is not taken.</summary>
    public int? Version { get; init; }

    /// <summary>Where Docker is asked for a container; where its own settings say when null.</summary>
    public Uri? Docker { get; init; }

    /// <summary>The image of a container.</summary>
    public string Image => string.Create(CultureInfo.InvariantCulture, $"postgres:{Version ?? NewestVersion}-alpine");

    /// <summary>What is wanted, in words.</summary>
    public string Wanted => Version is { } version
        ? string.Create(CultureInfo.InvariantCulture, $"Postgres {version}")
        : "Postgres";

    /// <summary>What the variables of this process say.</summary>
    /// <exception cref="InvalidOperationException">The version is no number.</exception>
    public static PostgresRequest FromEnvironment() => new()
    {
        ConnectionString = Read(ConnectionStringVariable),
        Programs = Read(ProgramsVariable),
        Version = Read(VersionVariable) is { } version ? ToVersion(version) : null,
    };

    public bool IsMetBy(int version) => Version is null || Version == version;

    private static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static int ToVersion(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new InvalidOperationException(
                $"{VersionVariable} is '{text}'. It is a major version of Postgres, such as {NewestVersion}.");
}
