using System.Text.Json.Serialization;

namespace LeaderElection.Faults;

/// <summary>
/// One line of a history file. All times are ticks of the machine-wide monotonic clock, whose frequency is in the
/// header. A node is one process: the lane it runs in, a dot, and how many ran there before it and with it.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(HeaderLine), "header")]
[JsonDerivedType(typeof(NodeLine), "node")]
[JsonDerivedType(typeof(StretchLine), "stretch")]
[JsonDerivedType(typeof(AppendLine), "append")]
[JsonDerivedType(typeof(RowLine), "row")]
[JsonDerivedType(typeof(FaultLine), "fault")]
[JsonDerivedType(typeof(HealLine), "heal")]
[JsonDerivedType(typeof(SteadyLine), "steady")]
[JsonDerivedType(typeof(NoteLine), "note")]
[JsonDerivedType(typeof(FooterLine), "footer")]
internal abstract record HistoryLine
{
    /// <summary>The number of the line, from 1; given when it is written.</summary>
    public long N { get; init; }
}

/// <summary>The first line: how the run was set up. With its seed the faults can be drawn again.</summary>
internal sealed record HeaderLine(
    int Format, long At, long Frequency, DateTimeOffset StartedAt, int Seed, int Lanes, string Elector, string Server,
    ElectionTimes Times, TimeSpan Allowance, IReadOnlyList<string> Faults) : HistoryLine
{
    public const int CurrentFormat = 1;
}

internal enum NodeEvent
{
    Started,
    Stopped,
    Killed,
    Frozen,
    Thawed,
}

/// <summary>What was done to a node.</summary>
internal sealed record NodeLine(long At, string Node, string InstanceId, int ProcessId, NodeEvent Event) : HistoryLine;

/// <summary>
/// A node is known to have believed that it led from the one time until the other. Said again as the stretch goes on;
/// the last one counts.
/// </summary>
internal sealed record StretchLine(string Node, long Token, long From, long Until, bool IsOver) : HistoryLine;

internal enum AppendOutcome
{
    Done,

    /// <summary>The fence said that the term is over.</summary>
    Refused,

    /// <summary>No answer, or an error: the row may be there or not.</summary>
    Maybe,
}

/// <summary>A node tried to write a row and got its answer, or gave up waiting for it.</summary>
internal sealed record AppendLine(
    string Node, long Number, bool IsFenced, long Token, long InvokedAt, long ReturnedAt, AppendOutcome Outcome,
    long? Position, string? Error) : HistoryLine;

/// <summary>A row as the log table has it; positions are the order of the commits.</summary>
internal sealed record RowLine(long Position, long Token, string Node, long Number, bool IsFenced, int Round)
    : HistoryLine;

/// <summary>A fault has set in.</summary>
internal sealed record FaultLine(
    int Round, string Fault, string Target, string Detail, long InjectedAt, Bound Bound, long? RowRunsOutAt)
    : HistoryLine
{
    /// <inheritdoc cref="LeaderElection.Faults.Fault.LeaderGoesOn"/>
    public bool LeaderGoesOn { get; init; }
}

/// <summary>What the fault did was taken back.</summary>
internal sealed record HealLine(int Round, long HealedAt) : HistoryLine;

/// <summary>One leads and all listen again; or the wait for that was given up.</summary>
internal sealed record SteadyLine(int Round, long At, bool IsSteady) : HistoryLine;

/// <summary>Something for people to read: a warning that a node logged, say.</summary>
internal sealed record NoteLine(long At, string Source, string Text) : HistoryLine;

internal enum EndOfRun
{
    Completed,
    Interrupted,
    Failed,
}

/// <summary>The last line. A file without it was cut short.</summary>
/// <param name="At">When.</param>
/// <param name="End">Why the run ended.</param>
/// <param name="Rows">How many rows the log table had.</param>
/// <param name="Hash">SHA-256 of all bytes before this line.</param>
internal sealed record FooterLine(long At, EndOfRun End, long Rows, string Hash) : HistoryLine;
