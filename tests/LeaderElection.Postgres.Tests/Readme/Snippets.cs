using Dapper;
using LeaderElection;
using LeaderElection.Postgres;
using LeaderElection.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Snippets;

// Every C# block of the README stands in this file, or, for web apps, in WebSnippets.cs, line by line, and is run.
public sealed class SnippetTests(TestServer server)
{
    [Fact]
    public void Every_block_of_the_README_is_compiled_here()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Readme"), "*Snippets.cs");
        var source = string.Join('\n', files.Select(file => Lines(File.ReadAllText(file))));

        var blocks = Readme.Blocks("csharp");

        blocks.Count.ShouldBeGreaterThan(5);
        foreach (var block in blocks)
        {
            source.Contains(Lines(block), StringComparison.Ordinal)
                .ShouldBeTrue($"The README has a block that no test compiles:\n{block}");
        }
    }

    [Fact]
    public async Task The_ten_lines_elect_a_leader_that_works()
    {
        var connectionString = await FreshDatabaseAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<Invoices>();

        builder.Services.AddLeaderElection().UsePostgres(connectionString);
        builder.Services.AddHostedService<BillingRun>();

        using var host = builder.Build();
        await host.StartAsync();
        (await host.Services.GetRequiredService<Invoices>().Sent).ShouldBeGreaterThan(0);
        await host.StopAsync();
    }

    [Fact]
    public async Task Asking_works()
    {
        var elector = new FakeLeaderElector();
        var token = elector.BecomeLeader().FencingToken;
        var invoices = new Invoices();
        var cancellationToken = CancellationToken.None;

        if (elector.Current is { } leadership)
            await invoices.SendNextAsync(leadership.FencingToken, cancellationToken);

        (await invoices.Sent).ShouldBe(token);
    }

    [Fact]
    public void What_follows_on_work_that_ends_can_be_chosen()
    {
        var elector = new FakeLeaderElector();
        using var run = new OneRun(elector);
        var running = run.RunAsync();

        elector.BecomeLeader();
        elector.IsLeader.ShouldBeFalse("it is given away when the work returns");
        run.Fails = true;
        elector.BecomeLeader();

        running.IsFaulted.ShouldBeTrue("the host is told");
    }

    // The predecessor's README had an example that never started.
    [Fact]
    public async Task The_standalone_example_leads_and_works()
    {
        var connectionString = await FreshDatabaseAsync();
        var invoices = new Invoices();
        var cancellationToken = CancellationToken.None;

        await using var store = new PostgresLeaseStore(connectionString);
        await using var elector = new LeaseElector(store);
        await elector.StartAsync();
        await elector.RunAsLeaderAsync(
            async (leadership, lost) => await invoices.SendAllAsync(leadership.FencingToken, lost), cancellationToken);

        (await invoices.Sent).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_elector_without_a_host_takes_the_environment_when_asked_to()
    {
        var store = new InMemoryLeaseStore();

        await using var elector = new LeaseElector(store, LeaderElectionOptions.FromEnvironment());

        elector.ElectionName.ShouldBe(Environment.GetEnvironmentVariable("LE_ELECTION_NAME") ?? "default");
    }

    [Fact]
    public async Task The_fenced_transaction_writes()
    {
        var connectionString = await FreshDatabaseAsync();
        await server.ExecuteAsync("DROP TABLE IF EXISTS invoice; CREATE TABLE invoice (number int)");
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var store = new PostgresLeaseStore(dataSource);
        await using var elector = new LeaseElector(store);
        await elector.StartAsync();
        var leadership = await elector.LeadsSoonAsync();
        await WriteAsync(number: 7, CancellationToken.None);

        (await server.QueryAsync<int>("SELECT number FROM invoice")).ShouldBe(7);

        async Task WriteAsync(int number, CancellationToken cancellationToken)
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await leadership.BeginFencedTransactionAsync(connection, cancellationToken);
            await connection.ExecuteAsync("INSERT INTO invoice VALUES (@number)", new { number }, transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    [Fact]
    public async Task Several_elections_share_a_process()
    {
        var connectionString = await FreshDatabaseAsync();
        var builder = Host.CreateApplicationBuilder();
        var services = builder.Services;

        services.AddLeaderElection("billing").UsePostgres(connectionString);
        services.AddLeaderElection("reports", options => options.LeaseDuration = TimeSpan.FromSeconds(30))
            .UsePostgres(connectionString);
        services.AddSingleton<IReportJob, ReportJob>();

        using var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredKeyedService<ILeaderElector>("reports").LeadsSoonAsync();
        host.Services.GetRequiredService<IReportJob>().MayRun.ShouldBeTrue();
        host.Services.GetRequiredService<ILeaderElector>().ElectionName.ShouldBe("billing");
        await host.StopAsync();
    }

    [Fact]
    public async Task Elections_come_and_go()
    {
        var services = new ServiceCollection();
        services.AddLeaderElection().UsePostgres(await FreshDatabaseAsync());
        await using var provider = services.BuildServiceProvider();
        var (elections, id, names) = (provider.GetRequiredService<AppElections>(), 7, new List<string>());

        await RunAsync(provider.GetRequiredService<ILeaderElectorFactory>(), (_, _) =>
        {
            names.AddRange(elections.Names);
            return Task.CompletedTask;
        }, CancellationToken.None);

        names.ShouldBe(["default", "tenant-7"]);
        elections.Names.ShouldBe(["default"]);

        async Task RunAsync(
            ILeaderElectorFactory factory, Func<Leadership, CancellationToken, Task> work,
            CancellationToken cancellationToken)
        {
            await using var elector = factory.Create($"tenant-{id}");   // an ILeaderElectorFactory
            await elector.RunAsLeaderAsync(work, cancellationToken);
        }
    }

    [Fact]
    public async Task Watching_prints_the_state_first()
    {
        var elector = new FakeLeaderElector(instanceId: "a");
        elector.BecomeLeader();
        using var stop = new CancellationTokenSource();
        var cancellationToken = stop.Token;
        var console = new StringWriter();
        var before = Console.Out;
        Console.SetOut(console);
        try
        {
            await Should.ThrowAsync<OperationCanceledException>(async () =>
            {
                stop.CancelAfter(TimeSpan.FromMilliseconds(100));
                await foreach (var change in elector.WatchAsync(cancellationToken))
                    Console.WriteLine($"{change.Reason}: leader is {change.Leader?.InstanceId ?? "nobody"}");
            });
        }
        finally
        {
            Console.SetOut(before);
        }

        console.ToString().ShouldContain("Acquired: leader is a");
    }

    [Fact]
    public void The_fake_leads_and_loses()
    {
        var elector = new FakeLeaderElector();
        var leadership = elector.BecomeLeader();
        elector.LoseLeadership();

        leadership.Lost.IsCancellationRequested.ShouldBeTrue();
        leadership.IsHeld.ShouldBeFalse();
    }

    private static string Lines(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private async Task<string> FreshDatabaseAsync()
    {
        await server.ExecuteAsync(PostgresLeaseSchema.DropScript());
        return server.ConnectionString;
    }
}

public interface IReportJob
{
    bool MayRun { get; }
}

public sealed class BillingRun(ILeaderElector elector, Invoices invoices) : LeaderBackgroundService(elector)
{
    protected override async Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        while (leadership.IsHeld && !cancellationToken.IsCancellationRequested)
            await invoices.SendNextAsync(leadership.FencingToken, cancellationToken);
    }
}

public sealed class OneRun(ILeaderElector elector) : LeaderBackgroundService(elector)
{
    public bool Fails { get; set; }

    protected override WhenWorkReturns WhenWorkReturns => WhenWorkReturns.GiveAway;
    protected override WhenWorkFails WhenWorkFails => WhenWorkFails.TellHost;

    public Task RunAsync() => ExecuteAsync(CancellationToken.None);

    protected override Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken) =>
        Fails ? throw new InvalidOperationException("The work failed.") : Task.CompletedTask;
}

public sealed class ReportJob([FromKeyedServices("reports")] ILeaderElector elector) : IReportJob
{
    public bool MayRun => elector.IsLeader;
}

public sealed class Invoices
{
    private readonly TaskCompletionSource<long> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> Sent => _sent.Task.WaitAsync(TestTime.Patience);

    public async Task SendNextAsync(long fencingToken, CancellationToken cancellationToken)
    {
        _sent.TrySetResult(fencingToken);
        await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
    }

    public Task SendAllAsync(long fencingToken, CancellationToken cancellationToken) =>
        SendNextAsync(fencingToken, cancellationToken);
}
