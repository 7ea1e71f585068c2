using System.CommandLine;
using LeaderElection.Benchmarks;
using LeaderElection.Lab;

var rounds = WholeNumberOption.Create(
    "--rounds", "How often each way to lose a leader is measured.", otherwise: 20, least: 1, most: 10_000);

var root = new RootCommand("Figures of LeaderElection, measured on this machine against a real Postgres.");
Add("is-leader", "What a call of IsLeader costs.", (_, _) => IsLeaderBenchmark.RunAsync());
Add("attempt", "Acquire and renew beside bare statements.", async (server, _) =>
{
    await AttemptBenchmark.RunAsync(server);
    return true;
});
Add("fenced", "A fenced transaction beside a plain one.", async (server, _) =>
{
    await FenceBenchmark.RunAsync(server);
    return true;
});
root.Add(Hot());
Add("steady", "Statements and connections while nothing happens.", async (server, _) =>
{
    await SteadyStateBenchmark.RunAsync(server);
    return true;
});
Add("stop-warm", "A leader that stops cleanly, all instances in one process.", async (server, count) =>
{
    await WarmHandOverBenchmark.RunAsync(server, count);
    return true;
});
Add("stop", "A leader that stops cleanly, each instance a process.", FailoverBenchmark.StopAsync);
Add("kill", "A leader that is killed.", FailoverBenchmark.KillAsync);
Add("freeze", "A leader that is frozen past its lease.", FailoverBenchmark.FreezeAsync);
Add("swallow", "A leader whose packets the network swallows.", FailoverBenchmark.SwallowAsync);
Add("all", "Everything, in one run.", async (server, count) =>
{
    await AttemptBenchmark.RunAsync(server);
    await FenceBenchmark.RunAsync(server);
    await SteadyStateBenchmark.RunAsync(server);
    var isSound = await IsLeaderBenchmark.RunAsync();
    await WarmHandOverBenchmark.RunAsync(server, count);
    isSound &= await FailoverBenchmark.StopAsync(server, count);
    isSound &= await FailoverBenchmark.KillAsync(server, count);
    isSound &= await FailoverBenchmark.FreezeAsync(server, count);
    return isSound & await FailoverBenchmark.SwallowAsync(server, count);
});
root.Add(ScaleCommand.Create());
root.Add(ScaleCommand.CreateProcess());
root.Add(EnduranceCommand.Create());
return await root.Parse(args).InvokeAsync();

void Add(string name, string description, Func<PostgresServer, int, Task<bool>> measure)
{
    var command = new Command(name, description) { rounds };
    command.SetAction(async (result, cancellationToken) =>
    {
        await using var server = await PostgresServer.StartAsync(cancellationToken);
        Console.WriteLine($"Postgres: {server.Description}");
        return await measure(server, result.GetValue(rounds)) ? 0 : 1;
    });
    root.Add(command);
}

static Command Hot()
{
    var renewals = WholeNumberOption.Create(
        "--renewals", "How many beside the open transaction.", otherwise: 10_000, least: 100, most: 1_000_000);
    var command = new Command(
        "hot", "Renewals beside a long transaction, for the layout of the table and the one before.")
    {
        renewals,
    };
    command.SetAction(async (result, cancellationToken) =>
    {
        await using var server = await PostgresServer.StartAsync(cancellationToken);
        Console.WriteLine($"Postgres: {server.Description}");
        await HotBenchmark.RunAsync(server, result.GetValue(renewals));
        return 0;
    });
    return command;
}
