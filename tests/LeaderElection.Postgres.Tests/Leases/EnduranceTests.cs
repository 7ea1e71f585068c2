using System.Runtime.CompilerServices;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Many whole lives on a real Postgres; what the process holds afterwards is what it held before. The command
/// <c>endurance</c> of the benchmarks does the same for longer.
/// </summary>
public sealed class EnduranceTests(TestServer server)
{
    private const int WarmUp = 20;
    private const int PoolSize = 4;

    // The thread pool adds and retires threads as it sees fit; one left by each cycle would be dozens.
    private const int ThreadsMore = 4;

    // So long that a timer forgotten by a term is still there when timers are counted.
    private static readonly LeaderElectionOptions Election = new()
    {
        LeaseDuration = TimeSpan.FromMinutes(5),
        StoreTimeout = new PostgresLeaseOptions().DriverTimeout,
    };

    [Fact]
    public async Task Electors_that_come_and_go_leave_their_store_as_it_was()
    {
        const string ApplicationName = "endurance of a store";
        const int Cycles = 300;
        const int SteadyConnections = 2;
        var options = await server.NewSchemaAsync("endurance");
        await using var probe = await ResourceProbe.OpenAsync(server.ConnectionString, ApplicationName);
        await using (var warmUp = new PostgresLeaseStore(server.ConnectionString, options))
            await LiveAsync(warmUp, WarmUp);
        var before = await probe.TakeAsync();

        await using (var store = new PostgresLeaseStore(Named(ApplicationName), options))
        {
            var remains = await LiveAsync(store, Cycles);

            var atWork = await probe.TakeWhenAsync(
                sample => sample.Connections <= SteadyConnections && !remains.Exists(remain => remain.IsAlive),
                TestTime.Patience);
            atWork.Connections.ShouldBeLessThanOrEqualTo(SteadyConnections);
            remains.Count(remain => remain.IsAlive).ShouldBe(0);
            GC.KeepAlive(store);
        }

        await ComesBackToAsync(before, probe);
    }

    [Fact]
    public async Task Stores_that_come_and_go_leave_no_connection_timer_or_thread()
    {
        const string ApplicationName = "endurance of stores";
        const int Cycles = 100;
        var options = await server.NewSchemaAsync("endurance");
        await using var probe = await ResourceProbe.OpenAsync(server.ConnectionString, ApplicationName);
        await LiveOnStoresOfTheirOwnAsync(WarmUp);
        var before = await probe.TakeWhenAsync(sample => sample.Connections == 0, TestTime.Patience);

        await LiveOnStoresOfTheirOwnAsync(Cycles);

        before.Connections.ShouldBe(0);
        await ComesBackToAsync(before, probe);

        async Task LiveOnStoresOfTheirOwnAsync(int cycles)
        {
            for (var cycle = 0; cycle < cycles; cycle++)
            {
                await using var store = new PostgresLeaseStore(Named(ApplicationName), options);
                await LiveAsync(store, cycles: 1);
            }
        }
    }

    [Fact]
    public async Task Stores_on_the_pool_of_the_app_give_every_connection_back_and_leave_none_listening()
    {
        const string ApplicationName = "endurance of a pool";
        const int Cycles = 100;
        var options = await server.NewSchemaAsync("endurance");
        await using var probe = await ResourceProbe.OpenAsync(server.ConnectionString, ApplicationName);

        // Without the driver's own reset, which would hide what a store leaves in a session.
        await using var app = NpgsqlDataSource.Create(server.With(settings =>
        {
            settings.ApplicationName = ApplicationName;
            settings.MaxPoolSize = PoolSize;
            settings.NoResetOnClose = true;
        }));
        await LiveOnTheAppsPoolAsync(WarmUp);
        (await CountListeningAsync(app)).ShouldBe(0);
        var before = await probe.TakeAsync();

        await LiveOnTheAppsPoolAsync(Cycles);

        (await CountListeningAsync(app)).ShouldBe(0);
        await ComesBackToAsync(before, probe);

        async Task LiveOnTheAppsPoolAsync(int cycles)
        {
            for (var cycle = 0; cycle < cycles; cycle++)
            {
                await using var store = new PostgresLeaseStore(app, options);
                await LiveAsync(store, cycles: 1);
            }
        }
    }

    // The server ends a session a moment after its connection was closed, and idle threads retire after a while.
    private static async Task ComesBackToAsync(ResourceSample before, ResourceProbe probe)
    {
        var after = await probe.TakeWhenAsync(
            sample => sample.Connections <= before.Connections && sample.Timers <= before.Timers
                && sample.Threads <= before.Threads + ThreadsMore,
            TestTime.Patience);

        after.Connections.ShouldBeLessThanOrEqualTo(before.Connections);
        after.Timers.ShouldBeLessThanOrEqualTo(before.Timers);
        after.Threads.ShouldBeLessThanOrEqualTo(before.Threads + ThreadsMore);
    }

    private static async Task<List<WeakReference>> LiveAsync(PostgresLeaseStore store, int cycles)
    {
        var remains = new List<WeakReference>();
        for (var cycle = 0; cycle < cycles; cycle++)
            remains.AddRange(await LiveOnceAsync(store));
        return remains;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference[]> LiveOnceAsync(PostgresLeaseStore store)
    {
        await using var elector = new LeaseElector(store, Election);
        await elector.StartAsync();
        var work = elector.RunAsLeaderAsync(
            static (_, lost) => new TaskCompletionSource().Task.WaitAsync(lost), CancellationToken.None);
        var term = await elector.LeadsSoonAsync();

        await elector.StopAsync().WaitAsync(TestTime.Patience);
        await work;
        return [new WeakReference(elector), new WeakReference(term)];
    }

    private static async Task<int> CountListeningAsync(NpgsqlDataSource app)
    {
        var all = new List<NpgsqlConnection>();
        try
        {
            while (all.Count < PoolSize)
                all.Add(await app.OpenConnectionAsync());

            var listening = 0;
            foreach (var connection in all)
            {
                await using var command = new NpgsqlCommand(
                    "SELECT count(*)::int FROM pg_listening_channels()", connection);
                listening += (int)(await command.ExecuteScalarAsync())!;
            }

            return listening;
        }
        finally
        {
            foreach (var connection in all)
                await connection.DisposeAsync();
        }
    }

    private string Named(string applicationName) => server.With(settings => settings.ApplicationName = applicationName);
}
