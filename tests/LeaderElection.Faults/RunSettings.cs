using LeaderElection.Node;

namespace LeaderElection.Faults;

/// <summary>What a run is told on the command line.</summary>
internal sealed record RunSettings
{
    public required int Seed { get; init; }

    /// <summary>Whichever of the two comes first ends the run.</summary>
    public required int Rounds { get; init; }

    /// <summary>Null: only the rounds count.</summary>
    public TimeSpan? Duration { get; init; }

    public required int Nodes { get; init; }

    public required ElectionTimes Times { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    public required string HistoryPath { get; init; }

    public string? SvgPath { get; init; }

    public required NodeElector Elector { get; init; }

    public int? Port { get; init; }

    /// <summary>Null: those of the machine.</summary>
    public string? PostgresPrograms { get; init; }
}
