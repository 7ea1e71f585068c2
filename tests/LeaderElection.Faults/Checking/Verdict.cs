namespace LeaderElection.Faults;

internal enum Promise
{
    /// <summary>No two nodes believed to lead at one moment.</summary>
    OneLeader,

    /// <summary>Every term began with a higher token than all before it, and none came back.</summary>
    TokensRise,

    /// <summary>No fenced row was committed after one with a higher token.</summary>
    FenceHolds,

    /// <summary>What was confirmed is in the table once, what was refused is not.</summary>
    AnswersAreTrue,

    /// <summary>Nobody was without a leader for longer than the bound of the fault.</summary>
    BoundIsKept,

    /// <summary>What a leader should go on through does not end its term more often than not.</summary>
    LeaderGoesOn,
}

/// <param name="Promise">The one that was broken.</param>
/// <param name="At">When; null where the history does not tell.</param>
/// <param name="Round">In which round; null before the first.</param>
/// <param name="Text">What happened, for people.</param>
internal sealed record Violation(Promise Promise, long? At, int? Round, string Text);

/// <summary>What one round came to.</summary>
internal sealed record RoundResult(
    int Round, string Fault, TimeSpan Leaderless, TimeSpan Bound, TimeSpan Overlap, int StaleFenced, int StalePlain,
    int Maybe, int NewTerms)
{
    public TimeSpan Slack => Bound - Leaderless;
}

/// <summary>What was counted over the whole run.</summary>
/// <param name="Terms">Terms that somebody believed to hold.</param>
/// <param name="Rows">Rows in the log table.</param>
/// <param name="Confirmed">Appends that were answered as done.</param>
/// <param name="Refused">Appends that the fence refused.</param>
/// <param name="Maybe">Appends whose answer was lost.</param>
/// <param name="MaybeLanded">Those of them whose row is in the table.</param>
/// <param name="Unanswered">Rows of nodes that were gone before they could say how it went.</param>
/// <param name="StalePlain">Rows written without the fence after one with a higher token.</param>
internal sealed record Counts(
    int Terms, int Rows, int Confirmed, int Refused, int Maybe, int MaybeLanded, int Unanswered, int StalePlain);

internal sealed record Verdict(
    IReadOnlyList<Violation> Violations, IReadOnlyList<RoundResult> Rounds, Counts Counts, TimeSpan Overlap)
{
    public bool IsGood => Violations.Count == 0;
}
