using System.CommandLine;
using LeaderElection.Benchmarks;
using LeaderElection.Testing;
using WebReplicas;

// Two replicas of samples/WebApp on one Postgres, until Ctrl+C.
var port = WholeNumberOption.Create(
    "--port", "Where the first replica listens on localhost; the second one takes the next port.", otherwise: 5001,
    least: 1, most: 65_534);

var root = new RootCommand("Two replicas of samples/WebApp on one Postgres: see who leads, stop it, watch the other.")
{
    port,
};
root.SetAction((result, cancellationToken) => RunAsync(result.GetValue(port), cancellationToken));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration
{
    // The replicas and the cluster have to go first.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
});

static async Task<int> RunAsync(int firstPort, CancellationToken cancellationToken)
{
    try
    {
        await using var server = await PostgresServer.StartAsync(cancellationToken);
        Console.WriteLine($"Postgres: {server.Description}.");
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        using var first = Replica.Start(firstPort, database.ConnectionString);
        using var second = Replica.Start(firstPort + 1, database.ConnectionString);
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
    catch (Exception exception) when (exception is PostgresNotFoundException or PortInUseException)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 2;
    }
}
