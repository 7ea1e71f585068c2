using System.Diagnostics;
using Dapper;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Connection strings with several hosts: the store finds the one that can be written to, and leaves it when
/// it no longer can.</summary>
public sealed class MultiHostTests : OnReplicatedServer
{
    // As an elector asks again when it got no answer.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_new_primary_is_found_as_soon_as_it_can_be_written_to_and_listened_to_round_after_round()
    {
        await using var store = new PostgresLeaseStore(Pair.ConnectionString);
        await store.InitializeAsync(default);
        using var subscription = store.Subscribe("default", () => { });
        await Eventually.TrueAsync(() => subscription.IsListening);
        for (var round = 0; round < 2; round++)
        {
            await Pair.CatchUpAsync();
            await Pair.Primary.KillAsync();
            using var cancellation = new CancellationTokenSource();
            var asking = WritesAsync(store, cancellation.Token);

            await Pair.PromoteAsync();
            var promoted = Stopwatch.GetTimestamp();
            var found = await asking;
            await Eventually.SeenAsync(() => ListenersAsync(Pair.Primary), listeners => listeners == 1);

            Stopwatch.GetElapsedTime(promoted, found).ShouldBeLessThan(Soon);
            Stopwatch.GetElapsedTime(promoted).ShouldBeLessThan(3 * Soon);
            await Pair.RebuildStandbyAsync();
        }
    }

    // The driver forgot what an attempt that was cut had learnt, and every one began at the host that did not answer.
    [Fact]
    public async Task A_first_host_that_does_not_answer_is_passed_by_even_if_attempts_are_shorter_than_its_time_out()
    {
        await using (var before = new PostgresLeaseStore(Pair.ConnectionString))
            await before.InitializeAsync(default);
        var first = new NpgsqlConnectionStringBuilder(Pair.Primary.ConnectionString);
        var second = new NpgsqlConnectionStringBuilder(Pair.Standby.ConnectionString);
        using var silent = new SilentHost();
        first.Host = $"127.0.0.1:{silent.Port},{second.Host}:{second.Port}";
        await Pair.CatchUpAsync();
        await Pair.PromoteAsync();

        await using var store = new PostgresLeaseStore(
            first.ConnectionString, new PostgresLeaseOptions { DriverTimeout = TimeSpan.FromMilliseconds(300) });
        var began = Stopwatch.GetTimestamp();
        var found = await WritesAsync(store, default);

        Stopwatch.GetElapsedTime(began, found).ShouldBeLessThan(3 * Soon);
    }

    [Fact]
    public async Task A_primary_that_turns_read_only_is_left_for_the_other_with_both_connections()
    {
        await using var store = new PostgresLeaseStore(Pair.ConnectionString);
        await store.InitializeAsync(default);
        using var subscription = store.Subscribe("default", () => { });
        await Eventually.TrueAsync(async () => subscription.IsListening && await ListenersAsync(Pair.Primary) == 1);
        await Pair.CatchUpAsync();
        await Pair.PromoteAsync();
        (await ListenersAsync(Pair.Standby)).ShouldBe(1);

        await TurnReadOnlyAsync(Pair.Standby);
        var turned = Stopwatch.GetTimestamp();
        await WritesAsync(store, default);
        await Eventually.SeenAsync(() => ListenersAsync(Pair.Primary), listeners => listeners == 1);

        Stopwatch.GetElapsedTime(turned).ShouldBeLessThan(3 * Soon);
        (await ListenersAsync(Pair.Standby)).ShouldBe(0);
    }

    /// <summary>When a statement that writes came through.</summary>
    private static async Task<long> WritesAsync(PostgresLeaseStore store, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TestTime.Patience);
        while (true)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
                limit.CancelAfter(TimeSpan.FromMilliseconds(300));
                await store.DeleteExpiredAsync(TimeSpan.Zero, limit.Token);
                return Stopwatch.GetTimestamp();
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                await Task.Delay(Pause, patience.Token);
            }
        }
    }

    // Applied to the sessions that there are, too, when they have heard of it.
    private static async Task TurnReadOnlyAsync(PostgresServer server)
    {
        await using var connection = await server.OpenAsync();
        await connection.ExecuteAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await connection.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.SeenAsync(
            () => connection.QuerySingleAsync<string>("SHOW default_transaction_read_only"), isOn => isOn == "on");
    }

    private static async Task<int> ListenersAsync(PostgresServer server)
    {
        await using var connection = await server.OpenAsync();
        return await connection.QuerySingleAsync<int>(
            "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE 'LISTEN %'");
    }
}
