using System.Diagnostics;

namespace LeaderElection;

/// <summary>
/// What one elector measures and traces. A listener of a meter or of an activity source is foreign code: what it throws
/// goes nowhere, least of all into the election loop.
/// </summary>
internal sealed class ElectionTelemetry(ElectionInstruments instruments, string electionName, TimeProvider clock)
{
    private static readonly ActivitySource Source = new(ElectionInstruments.MeterName);

    /// <summary>Lets the gauges tell of the election until what is returned is disposed.</summary>
    public IDisposable Observe(Func<Leadership?> current) => instruments.Observe(electionName, current);

    public void Changed(LeadershipChange change)
    {
        var reason = TextOf(change.Reason);
        Guard(() =>
        {
            instruments.Transitions.Add(1, Election, new("reason", reason));
            using var activity = Source.StartActivity($"leader_election {reason}");
            activity?.SetTag(ElectionInstruments.ElectionTag, electionName)
                .SetTag("reason", reason)
                .SetTag("leader_election.fencing_token", change.FencingToken)
                .SetTag("leader_election.leader", change.Leader?.InstanceId);
        });
    }

    /// <summary>Somebody leads again.</summary>
    public void LeaderKnownAgain(TimeSpan after) =>
        Guard(() => instruments.LeaderlessDuration.Record(after.TotalSeconds, Election));

    public void ClockJumped() => Guard(() => instruments.ClockJumps.Add(1, Election));

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
        Guard(() =>
        {
            var now = clock.GetUtcNow();
            using var activity = Source.StartActivity(
                ActivityKind.Client, startTime: now - took, name: $"leader_election {operation}");
            activity?.SetTag(ElectionInstruments.ElectionTag, electionName)
                .SetTag("operation", operation)
                .SetTag("error.type", error?.GetType().FullName ?? "_OTHER")
                .SetStatus(ActivityStatusCode.Error, error?.Message)
                .SetEndTime(now.UtcDateTime);
        });
    }

    private KeyValuePair<string, object?> Election => new(ElectionInstruments.ElectionTag, electionName);

    private void Record(string operation, string outcome, TimeSpan took) => Guard(() =>
        instruments.AttemptDuration.Record(
            took.TotalSeconds, Election, new("operation", operation), new("outcome", outcome)));

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
