using System.Diagnostics;
using LeaderElection.Node;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Instances in processes of their own lose their leader in every way there is.</summary>
public sealed class FailoverTests(TestServer server)
{
    // The measured bound is 50 ms (bench/); a test on a busy machine fails on what cannot be noise.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    private const string EndOtherSessions =
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """;

    [Fact]
    public async Task A_leader_that_stops_is_followed_without_waiting_for_its_lease()
    {
        await using var party = await PartyOfThreeAsync("stopped");
        var first = await party.LeaderAfterAsync(0);

        var row = await party.RowAsync();
        await party.Of(first).StopAsync();
        var second = await party.LeaderAfterAsync(first.Token);

        second.From.ShouldBeLessThan(row.RunsOutAt);
        IsSound(party);
    }

    [Fact]
    public async Task A_leader_that_is_killed_is_followed_when_its_lease_runs_out_and_not_before()
    {
        await using var party = await PartyOfThreeAsync("killed");
        var first = await party.LeaderAfterAsync(0);

        await party.Of(first).KillAsync();
        var row = await party.RowAsync();
        var second = await party.LeaderAfterAsync(first.Token);

        row.Token.ShouldBe(first.Token);
        BeganAtTheEndOf(row, second);
        IsSound(party);
    }

    [Fact]
    public async Task A_leader_that_is_frozen_wakes_up_as_a_follower()
    {
        await using var party = await PartyOfThreeAsync("frozen");
        var first = await party.LeaderAfterAsync(0);
        var frozen = party.Of(first);

        frozen.Freeze();
        var row = await party.RowAsync();
        var second = await party.LeaderAfterAsync(first.Token);
        frozen.Thaw();
        var lost = await frozen.WaitForAsync(message => message.Kind == NodeMessageKind.Lost, TestTime.Patience);
        await frozen.WaitForAsync(
            message => message.Kind == NodeMessageKind.Changed && message.Leader == second.InstanceId,
            TestTime.Patience);

        BeganAtTheEndOf(row, second);
        lost.Token.ShouldBe(first.Token);
        IsSound(party);
    }

    [Fact]
    public async Task A_leader_whose_packets_are_swallowed_stops_leading_before_the_next_one_starts()
    {
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        await using var relay = new TcpRelay(settings.Host!, settings.Port);
        var options = await server.NewSchemaAsync("swallowed");
        await using var party = new NodeParty(server.ConnectionString, options.Schema);
        var cutOff = await party.AddAsync("cut off", Through(relay));
        var first = await party.LeaderAfterAsync(0);
        await party.AddAsync("b");

        relay.Swallow();
        var row = await party.RowAsync();
        var lost = await cutOff.WaitForAsync(message => message.Kind == NodeMessageKind.Lost, TestTime.Patience);
        var second = await party.LeaderAfterAsync(first.Token);
        relay.Pass();
        await cutOff.WaitForAsync(
            message => message.Kind == NodeMessageKind.Changed && message.Leader == second.InstanceId,
            TestTime.Patience);

        lost.Until!.Value.ShouldBeLessThan(row.RunsOutAt);
        BeganAtTheEndOf(row, second);
        IsSound(party);
    }

    [Theory]
    [InlineData(ShutdownMode.Fast)]
    [InlineData(ShutdownMode.Immediate)]
    public async Task A_restart_of_the_database_leads_to_one_leader(ShutdownMode mode)
    {
        await using var own = await PostgresServer.StartThrowAwayAsync();
        await using var party = await PartyOfThreeAsync("public", own.ConnectionString);
        var first = await party.LeaderAfterAsync(0);

        await own.RestartAsync(mode);
        await party.Of(first).StopAsync();
        var second = await party.LeaderAfterAsync(first.Token);

        second.Token.ShouldBeGreaterThan(first.Token);
        IsSound(party);
    }

    [Fact]
    public async Task While_the_database_is_down_nobody_leads_for_long_and_afterwards_somebody_does()
    {
        await using var own = await PostgresServer.StartThrowAwayAsync();
        await using var party = await PartyOfThreeAsync("public", own.ConnectionString);
        var first = await party.LeaderAfterAsync(0);
        var leader = party.Of(first);

        await own.KillAsync();
        var down = Stopwatch.GetTimestamp();
        var lost = await leader.WaitForAsync(message => message.Kind == NodeMessageKind.Lost, TestTime.Patience);
        await own.StartAgainAsync();
        var second = await party.LeaderAfterAsync(first.Token);

        NodeParty.Since(down, lost.Until!.Value).ShouldBeLessThan(NodeParty.Lease);
        second.Token.ShouldBeGreaterThan(first.Token);
        IsSound(party);
    }

    [Fact]
    public async Task A_leader_whose_command_session_is_terminated_leads_on()
    {
        var options = await server.NewSchemaAsync("terminated");
        await using var store = new PostgresLeaseStore(
            server.With(settings => settings.ApplicationName = "to be terminated"), options);
        await using var elector = new LeaseElector(store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease });
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        for (var round = 0; round < 3; round++)
        {
            await server.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be terminated'");
            using var renewals = new CommandCounter("UPDATE \"terminated\"");
            await renewals.ReachesAsync(3);
        }

        elector.Current.ShouldBeSameAs(term);
    }

    [Fact]
    public async Task A_server_that_became_read_only_costs_the_leadership_and_it_comes_back()
    {
        await using var database = await server.NewDatabaseAsync();
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(database.ConnectionString);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease }, log);
        await elector.StartAsync();
        var first = await elector.LeadsSoonAsync();

        await server.ExecuteAsync(SetReadOnly("on"), database.ConnectionString);
        await server.ExecuteAsync(EndOtherSessions, database.ConnectionString);
        await elector.SeesAsync(change => change.Reason == LeadershipChangeReason.Expired);
        await server.ExecuteAsync(SetReadOnly("off"), server.ConnectionString);
        var second = await elector.LeadsSoonAsync();

        second.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        log.Entries.ShouldContain(entry => entry.Text.Contains("25006"));

        string SetReadOnly(string value) =>
            $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database} "
            + $"SET default_transaction_read_only = {value}";
    }

    private static void BeganAtTheEndOf(LeaseRow row, BeliefStretch next)
    {
        // The row's end is known to within the round trip that read it.
        NodeParty.Since(row.RunsOutAt, next.From).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(-20));
        NodeParty.Since(row.RunsOutAt, next.From).ShouldBeLessThan(Late);
    }

    private static void IsSound(NodeParty party)
    {
        party.History.Overlap.ShouldBe(TimeSpan.Zero);
        party.History.TokensRise.ShouldBeTrue();
    }

    private string Through(TcpRelay relay) => server.With(settings =>
    {
        settings.Host = relay.Host;
        settings.Port = relay.Port;
    });

    private async Task<NodeParty> PartyOfThreeAsync(string schema, string? connectionString = null)
    {
        if (connectionString is null)
            await server.NewSchemaAsync(schema);
        var party = new NodeParty(connectionString ?? server.ConnectionString, schema);
        await party.AddAsync("a");
        await party.AddAsync("b");
        await party.AddAsync("c");
        return party;
    }
}
