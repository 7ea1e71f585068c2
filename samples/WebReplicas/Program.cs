using System.CommandLine;
using WebReplicas;

// Two replicas of samples/WebApp on one Postgres, until Ctrl+C.
var connectionString = Environment.GetEnvironmentVariable("LEADER_ELECTION_POSTGRES");
var port = PortOption.Create();
var root = new RootCommand("Two replicas of samples/WebApp on one Postgres: see who leads, stop it, watch the other.")
{
    port,
};
root.SetAction((result, cancellationToken) => RunAsync(connectionString, result.GetValue(port), cancellationToken));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration
{
    // The replicas have to go first.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
});

static async Task<int> RunAsync(string? connectionString, int firstPort, CancellationToken cancellationToken)
{
    if (string.IsNullOrEmpty(connectionString))
    {
        await Console.Error.WriteLineAsync(
            "Which Postgres? Set LEADER_ELECTION_POSTGRES to its connection string: "
            + "\"Host=localhost;Username=postgres;Password=…;Database=postgres\"");
        return 2;
    }

    try
    {
        using var first = Replica.Start(firstPort, connectionString);
        using var second = Replica.Start(firstPort + 1, connectionString);
        Console.WriteLine($"""
            Who leads:        {first.Address}leader-election  and  {second.Address}leader-election
            Leader only:      curl -i -X POST {first.Address}invoices   (a follower answers 503)
            Health:           curl -i {first.Address}health  and  {first.Address}health/leader
            Stop the leader:  kill {first.ProcessId} or {second.ProcessId}, or the button of its page
            Stop everything:  Ctrl+C
            """);
        try
        {
            await Task.WhenAll(first.EndsAsync(cancellationToken), second.EndsAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(first.StopAsync(), second.StopAsync());
        }

        return first.ExitCode | second.ExitCode;
    }
    catch (OperationCanceledException)
    {
        return 0;
    }
    catch (PortInUseException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 2;
    }
}
