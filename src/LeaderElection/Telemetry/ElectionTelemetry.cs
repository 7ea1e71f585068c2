using System.Diagnostics;

namespace LeaderElection;

/// <summary>
/// What one elector measures and traces. Whoever listens is foreign code: what it throws goes nowhere. Listeners of
/// metrics are called at once, as a logger is; those of spans, which may export them on the spot, never inside the
/// election loop.
/// </summary>
/// <param name="instruments">What to measure with.</param>
/// <param name="electionName">The election.</param>
/// <param name="clock">Times of spans.</param>
/// <param name="run">Runs code off the loop.</param>
internal sealed class ElectionTelemetry(
    ElectionInstruments instruments, string electionName, TimeProvider clock, Action<Action> run)
{
    private readonly string? _tag = instruments.Tags.Of(electionName);

    /// <summary>Lets the gauges tell of the election until what is returned is disposed.</summary>
    /// <param name="leadsFor">How long this instance leads without a renewal; null while it does not.</param>
    public IDisposable Observe(Func<TimeSpan?> leadsFor)
    {
        // From nothing to 1 is no increase to those who watch a counter.
        foreach (var reason in Enum.GetValues<LeadershipChangeReason>())
        {
            if (reason != LeadershipChangeReason.None)
                Quietly(() => instruments.Transitions.Add(0, Tags(("reason", Terminology.TextOf(reason)))));
        }

        Quietly(() => instruments.ClockJumps.Add(0, Tags()));
        Quietly(() => instruments.WorkFailures.Add(0, Tags()));
        return instruments.Gauges.Add(_tag, leadsFor);
    }

    public void Changed(LeadershipChange change)
    {
        var reason = Terminology.TextOf(change.Reason);
        Quietly(() => instruments.Transitions.Add(1, Tags(("reason", reason))));
        Trace(reason, ActivityKind.Internal, TimeSpan.Zero, span => span
            .SetTag("reason", reason)
            .SetTag("leader_election.fencing_token", change.FencingToken)
            .SetTag("leader_election.leader", change.Leader?.InstanceId));
    }

    /// <summary>Somebody leads again.</summary>
    /// <param name="after">After how long; null when that is not known.</param>
    public void LeaderKnownAgain(TimeSpan? after)
    {
        if (after is { } duration)
            Quietly(() => instruments.LeaderlessDuration.Record(duration.TotalSeconds, Tags()));
    }

    public void ClockJumped() => Quietly(() => instruments.ClockJumps.Add(1, Tags()));

    public void WorkFailed() => Quietly(() => instruments.WorkFailures.Add(1, Tags()));

    /// <summary>An attempt is over.</summary>
    /// <param name="operation">What was tried.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="error">Why nothing is known; null when something is, or nobody knows why.</param>
    /// <param name="sent">When it began.</param>
    public void Attempted(Operation operation, Outcome outcome, Exception? error, Moment sent)
    {
        var took = sent.Elapsed(clock);
        var name = Terminology.TextOf(operation);
        Quietly(() => instruments.AttemptDuration.Record(
            took.TotalSeconds, Tags(("operation", name), ("outcome", Terminology.TextOf(outcome)))));
        if (outcome != Outcome.Unknown)
            return;

        Trace(name, ActivityKind.Client, took, span => span
            .SetTag("operation", name)
            .SetTag("error.type", error?.GetType().FullName ?? "_OTHER")
            .SetStatus(ActivityStatusCode.Error, error?.Message));
    }

    private TagList Tags(params ReadOnlySpan<(string Key, string Value)> further) =>
        ElectionInstruments.TagsOf(_tag, further);

    private void Trace(string what, ActivityKind kind, TimeSpan took, Action<Activity> describe)
    {
        if (!instruments.Spans.HasListeners())
            return;

        var end = clock.GetUtcNow();
        run(() => Quietly(() =>
        {
            using var span = instruments.Spans.StartActivity(
                kind, startTime: end - took, name: $"leader_election {what}");
            if (span is null)
                return;
            span.SetTag(ElectionInstruments.ElectionTag, electionName);
            describe(span);
            span.SetEndTime(end.UtcDateTime);
        }));
    }

    private static void Quietly(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception)
        {
            // There is nowhere to say it: a logger is foreign code, too.
        }
    }
}
