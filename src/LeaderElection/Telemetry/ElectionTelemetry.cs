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
    private KeyValuePair<string, object?> Election => new(ElectionInstruments.ElectionTag, electionName);

    /// <summary>Lets the gauges tell of the election until what is returned is disposed.</summary>
    public IDisposable Observe(Func<Leadership?> current)
    {
        // From nothing to 1 is no increase to those who watch a counter.
        foreach (var reason in Enum.GetValues<LeadershipChangeReason>())
            Guard(() => instruments.Transitions.Add(0, Election, new("reason", TextOf(reason))));
        Guard(() => instruments.ClockJumps.Add(0, Election));
        Guard(() => instruments.WorkFailures.Add(0, Election));
        return instruments.Observe(electionName, current);
    }

    public void Changed(LeadershipChange change)
    {
        var reason = TextOf(change.Reason);
        Guard(() => instruments.Transitions.Add(1, Election, new("reason", reason)));
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
            Guard(() => instruments.LeaderlessDuration.Record(duration.TotalSeconds, Election));
    }

    public void ClockJumped() => Guard(() => instruments.ClockJumps.Add(1, Election));

    public void WorkFailed() => Guard(() => instruments.WorkFailures.Add(1, Election));

    /// <summary>An attempt to acquire, renew or read is over.</summary>
    public void Attempted(string operation, LeaseAnswer answer, Moment sent)
    {
        if (answer.Outcome == LeaseOutcome.Unknown)
            Failed(operation, answer.Error, sent);
        else
            Record(operation, TextOf(answer.Outcome), sent.Elapsed(clock));
    }

    public void Released(bool wasHeld, Moment sent) =>
        Record("release", wasHeld ? "released" : "lost", sent.Elapsed(clock));

    /// <summary>An attempt got no usable answer.</summary>
    public void Failed(string operation, Exception? error, Moment sent)
    {
        var took = sent.Elapsed(clock);
        Record(operation, "unknown", took);
        Trace(operation, ActivityKind.Client, took, span => span
            .SetTag("operation", operation)
            .SetTag("error.type", error?.GetType().FullName ?? "_OTHER")
            .SetStatus(ActivityStatusCode.Error, error?.Message));
    }

    private void Record(string operation, string outcome, TimeSpan took) => Guard(() =>
        instruments.AttemptDuration.Record(
            took.TotalSeconds, Election, new("operation", operation), new("outcome", outcome)));

    private void Trace(string what, ActivityKind kind, TimeSpan took, Action<Activity> describe)
    {
        if (!instruments.Spans.HasListeners())
            return;

        var end = clock.GetUtcNow();
        run(() => Guard(() =>
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

    private static string TextOf(LeaseOutcome outcome) => outcome switch
    {
        LeaseOutcome.Granted => "granted",
        LeaseOutcome.HeldByAnother => "held_by_another",
        _ => "lost",
    };

    private static string TextOf(LeadershipChangeReason reason) => reason switch
    {
        LeadershipChangeReason.LeaderChanged => "leader_changed",
        LeadershipChangeReason.Acquired => "acquired",
        LeadershipChangeReason.Released => "released",
        LeadershipChangeReason.Stopped => "stopped",
        LeadershipChangeReason.Expired => "expired",
        _ => "superseded",
    };

    private static void Guard(Action tell)
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
