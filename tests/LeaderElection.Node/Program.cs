using System.Runtime.InteropServices;
using System.Text.Json;
using LeaderElection.Node;

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
await using ICandidate candidate = settings.Elector == NodeElector.Naive
    ? new NaiveCandidate(settings, reporter)
    : new LeaseCandidate(settings, reporter);
await using var writer = new Writer(candidate, settings, reporter);
var sampler = new BeliefSampler(candidate, reporter);
await candidate.StartAsync();
await using var appender = settings.Append is { } append ? new Appender(candidate, settings, append, reporter) : null;
reporter.Say(NodeMessageKind.Started, settings.InstanceId);

await foreach (var command in Commands.ReadAsync())
{
    switch (command)
    {
        case "stop":
            await candidate.StopAsync();
            if (appender is not null)
                await appender.StopAsync();
            sampler.Finish();
            reporter.Say(NodeMessageKind.Done, command);
            reporter.Finish();
            return 0;

        case "release":
            await candidate.ReleaseAsync();
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
