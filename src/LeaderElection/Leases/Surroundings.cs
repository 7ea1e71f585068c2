using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>What all parts of one elector share: how it runs, by which clock and chance, and who is told.</summary>
internal sealed record Surroundings(
    LeaderElectionOptions Options, TimeProvider Clock, Jitter Jitter, ElectionTelemetry Telemetry, ILogger Logger)
{
    public string ElectionName => Options.ElectionName;

    public Moment Now => Moment.Now(Clock);

    public Countdown Countdown(TimeSpan length) => LeaderElection.Countdown.Of(Clock, length);
}
