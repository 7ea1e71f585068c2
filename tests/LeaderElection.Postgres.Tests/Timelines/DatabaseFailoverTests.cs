using Dapper;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// The database itself fails over: instances that know both hosts, an asynchronous standby that lacks the last
/// acquisition and the last renewals, a primary that is killed.
/// </summary>
public sealed class DatabaseFailoverTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongEnoughForAnOverlapToShow = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Over_twenty_promotions_of_a_standby_that_lacks_the_last_term_tokens_rise_and_nobody_overlaps()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = await PartyOfThreeAsync(pair);
        var lost = 0L;

        for (var round = 1; round <= 20; round++)
        {
            lost = await LoseTermAsync(pair, party, lost);
            await pair.Primary.KillAsync();
            await pair.PromoteAsync();

            await party.LeaderAfterAsync(lost);
            await pair.RebuildStandbyAsync();
        }

        party.History.Overlap.ShouldBe(TimeSpan.Zero);
        party.History.TokensRise.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_the_guard_the_same_promotions_give_a_token_twice()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = await PartyOfThreeAsync(pair);
        await party.LeaderAfterAsync(0);
        await RemoveGuardAsync(pair);

        await LoseTermAsync(pair, party, 0);
        await pair.Primary.KillAsync();
        await pair.PromoteAsync();

        await Eventually.TrueAsync(() => !party.History.TokensRise);
    }

    [Fact]
    public async Task A_leader_that_the_new_primary_has_never_heard_of_is_outlived_before_another_leads()
    {
        var history = await PromoteBesideLeaderThatIsCutOffAsync(_ => Task.CompletedTask);

        history.Overlap.ShouldBe(TimeSpan.Zero);
        history.Stretches[^1].Token.ShouldBeGreaterThan(10_000_000_000);
    }

    // Found in review: to the new primary the database looked as if nothing had ever been granted.
    [Fact]
    public async Task A_first_term_that_the_new_primary_has_never_heard_of_is_outlived_before_another_leads()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        pair.CutReplication();
        await using var first = RelayTo(pair.Primary);
        await using var second = RelayTo(pair.Standby);
        await using var party = new NodeParty(pair.ConnectionString, "public")
        {
            LeaseDuration = TimeSpan.FromSeconds(4),
        };
        await party.AddAsync("cut off", Through(pair, [first, second]));
        var lost = await party.LeaderAfterAsync(0);
        await RenewedAsync(pair);
        first.Swallow();
        second.Swallow();
        await pair.Primary.KillAsync();
        await pair.PromoteAsync();

        await party.AddAsync("next");
        await party.LeaderAfterAsync(lost.Token);
        await Task.Delay(LongEnoughForAnOverlapToShow);

        party.History.Overlap.ShouldBe(TimeSpan.Zero);
    }

    // Found in review: the pool kept its connection to the standby, on which no attempt could ever succeed.
    [Fact]
    public async Task A_store_that_finds_a_standby_keeps_no_connection_to_it()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await ExecuteAsync(pair.Primary, PostgresLeaseSchema.CreateScript());
        await pair.CatchUpAsync();
        var astray = new NpgsqlConnectionStringBuilder(pair.Standby.ConnectionString) { ApplicationName = "astray" };
        await using var store = new PostgresLeaseStore(astray.ConnectionString);

        await Should.ThrowAsync<PostgresException>(store.InitializeAsync(default));

        await UntilAsync(
            pair.Standby, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'astray')");
    }

    [Fact]
    public async Task Without_the_guard_it_is_overlapped()
    {
        var history = await PromoteBesideLeaderThatIsCutOffAsync(RemoveGuardAsync);

        history.Overlap.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_leader_whose_row_made_it_to_the_new_primary_goes_on()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = new NodeParty(pair.ConnectionString, "public")
        {
            LeaseDuration = TimeSpan.FromSeconds(6),
        };
        await party.AddAsync("a");
        await party.AddAsync("b");
        var leader = await party.LeaderAfterAsync(0);
        await pair.CatchUpAsync();

        await pair.Primary.KillAsync();
        await pair.PromoteAsync();
        await RenewedAsync(pair);
        await RenewedAsync(pair);

        party.History.Stretches.Select(stretch => stretch.Token).Distinct().ShouldBe([leader.Token]);
        party.Of(leader).IsLeader.ShouldBeTrue();
    }

    /// <summary>
    /// A leader has just renewed a term of which the standby has nothing, and is cut off in the moment in which the
    /// primary dies and the standby is promoted. Returns when another one leads.
    /// </summary>
    private static async Task<BeliefHistory> PromoteBesideLeaderThatIsCutOffAsync(Func<ReplicatedServer, Task> prepare)
    {
        await using var pair = await ReplicatedServer.StartAsync();
        var relays = new[] { RelayTo(pair.Primary), RelayTo(pair.Standby) };
        await using var first = relays[0];
        await using var second = relays[1];
        await using var party = new NodeParty(pair.ConnectionString, "public")
        {
            LeaseDuration = TimeSpan.FromSeconds(4),
        };
        var known = await party.AddAsync("known");
        var before = await party.LeaderAfterAsync(0);
        await known.StopAsync();
        await prepare(pair);
        await pair.CatchUpAsync();
        pair.CutReplication();

        await party.AddAsync("cut off", Through(pair, relays));
        var lost = await party.LeaderAfterAsync(before.Token);
        await party.AddAsync("next");
        await RenewedAsync(pair);
        foreach (var relay in relays)
            relay.Swallow();
        await pair.Primary.KillAsync();
        await pair.PromoteAsync();

        await party.LeaderAfterAsync(lost.Token);
        await Task.Delay(LongEnoughForAnOverlapToShow);
        return party.History;
    }

    // The record of the new timeline is there before the timeline is: as if the store did not look.
    private static Task RemoveGuardAsync(ReplicatedServer pair) => ExecuteAsync(
        pair.Primary,
        """
        INSERT INTO leader_lease_timeline
        SELECT system_id, timeline + 1, 0, '-infinity' FROM leader_lease_timeline
        """);

    private static TcpRelay RelayTo(PostgresServer server)
    {
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        return new TcpRelay(settings.Host!, settings.Port);
    }

    private static string Through(ReplicatedServer pair, IEnumerable<TcpRelay> relays) =>
        new NpgsqlConnectionStringBuilder(pair.ConnectionString)
        {
            Host = string.Join(',', relays.Select(relay => $"{relay.Host}:{relay.Port}")),
        }.ConnectionString;

    private static async Task<NodeParty> PartyOfThreeAsync(ReplicatedServer pair)
    {
        var party = new NodeParty(pair.ConnectionString, "public") { LeaseDuration = Lease };
        await party.AddAsync("a");
        await party.AddAsync("b");
        await party.AddAsync("c");
        return party;
    }

    /// <summary>
    /// A term that begins, and is renewed until just now, while the standby follows no more: its token. The lease
    /// before it has run out on the standby, too. Other elections have had terms meanwhile: a sequence is written ahead
    /// for 32 numbers, so fewer would not show.
    /// </summary>
    private static async Task<long> LoseTermAsync(ReplicatedServer pair, NodeParty party, long after)
    {
        var known = await party.LeaderAfterAsync(after);
        await pair.CatchUpAsync();
        pair.CutReplication();
        await ExecuteAsync(
            pair.Primary, "SELECT nextval('leader_lease_token_seq') FROM generate_series(1, 50)");
        await party.Of(known).ReleaseAsync();
        var lost = await party.LeaderAfterAsync(known.Token);

        await UntilAsync(pair.Standby, "SELECT bool_and(expires_at < clock_timestamp()) FROM leader_lease");
        await RenewedAsync(pair);
        return lost.Token;
    }

    /// <summary>Returns just after a renewal.</summary>
    private static async Task RenewedAsync(ReplicatedServer pair)
    {
        await using var connection = await pair.Primary.OpenAsync();
        var expiresAt = await connection.QuerySingleAsync<string>("SELECT expires_at::text FROM leader_lease");
        await UntilAsync(pair.Primary, $"SELECT expires_at <> '{expiresAt}' FROM leader_lease");
    }

    private static async Task UntilAsync(PostgresServer server, string condition)
    {
        await using var connection = await server.OpenAsync();
        await Eventually.TrueAsync(() => connection.ExecuteScalarAsync<bool>(condition), what: condition);
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = await server.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
