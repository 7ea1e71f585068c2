using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using LeaderElection;
using LeaderElection.Node;
using LeaderElection.Postgres;

// One instance of an election in a process of its own: settings on the first line of the input, then commands; messages
// on the output.
var firstLine = await Console.In.ReadLineAsync();
if (firstLine is null || JsonSerializer.Deserialize<NodeSettings>(firstLine) is not { } settings)
{
    await Console.Error.WriteLineAsync("The first line of the input must hold the settings.");
    return 2;
}

// Ctrl+C goes to every process of the terminal: the parent decides what becomes of its nodes.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);

var reporter = new Reporter();
await using var store = new PostgresLeaseStore(
    settings.ConnectionString,
    new PostgresLeaseOptions
    {
        Schema = settings.Schema, UseNotifications = settings.UseNotifications, FenceGrace = settings.FenceGrace,
    },
    new ReportingLogger(reporter));
await using var elector = new LeaseElector(store, OptionsFrom(settings), new ReportingLogger(reporter));
elector.LeadershipChanged += (_, change) => reporter.Say(
    new NodeMessage(NodeMessageKind.Changed, Stopwatch.GetTimestamp())
    {
        Token = change.FencingToken,
        Reason = change.Reason,
        Leader = change.Leader?.InstanceId,
    });

await using var writer = new Writer(elector, settings, reporter);
var sampler = new BeliefSampler(elector, reporter);
await elector.StartAsync();
var work = elector.RunAsLeaderAsync(WorkAsync, CancellationToken.None);
reporter.Say(NodeMessageKind.Started, settings.InstanceId);

await foreach (var command in Commands.ReadAsync())
{
    switch (command)
    {
        case "stop":
            await elector.StopAsync();
            await work;
            sampler.Finish();
            reporter.Say(NodeMessageKind.Done, command);
            reporter.Finish();
            return 0;

        case "release":
            await elector.ReleaseAsync();
            reporter.Say(NodeMessageKind.Done, command);
            break;

        case "prepare":
            await writer.PrepareAsync();
            break;

        case "write plain":
            await writer.WritePlainAsync();
            break;

        case "write fenced":
            await writer.WriteFencedAsync();
            break;

        case "hold":
            await writer.HoldAsync();
            break;

        case "exit":
            Environment.Exit(0);
            break;
    }
}

// The parent is gone: leave as abruptly as it did.
Environment.Exit(3);
return 3;

async Task WorkAsync(Leadership leadership, CancellationToken cancellationToken)
{
    Say("began");
    try
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
    catch (OperationCanceledException)
    {
        await Task.Delay(settings.WorkStopsAfter, CancellationToken.None);
    }

    Say("ended");

    void Say(string text) => reporter.Say(
        new NodeMessage(NodeMessageKind.Work, Stopwatch.GetTimestamp())
        {
            Token = leadership.FencingToken,
            Text = text,
        });
}

static LeaderElectionOptions OptionsFrom(NodeSettings settings)
{
    var options = new LeaderElectionOptions
    {
        ElectionName = settings.ElectionName,
        InstanceId = settings.InstanceId,
        LeaseDuration = settings.LeaseDuration,
    };
    if (settings.ReleaseCooldown is { } cooldown)
        options.ReleaseCooldown = cooldown;
    return options;
}
