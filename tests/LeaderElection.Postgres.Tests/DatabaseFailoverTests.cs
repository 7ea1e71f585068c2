using Dapper;
using LeaderElection.Testing;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// The database itself fails over: instances that know both hosts, an asynchronous standby that lacks the last
/// acquisition and the last renewals, a primary that is killed.
/// </summary>
public sealed class DatabaseFailoverTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

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

    // The record of the new timeline is there before the timeline is: as if the store did not look.
    [Fact]
    public async Task Without_the_guard_the_same_promotions_give_a_token_twice_and_make_two_leaders()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = await PartyOfThreeAsync(pair);
        await party.LeaderAfterAsync(0);
        await ExecuteAsync(
            pair.Primary,
            """
            INSERT INTO leader_lease_timeline
            SELECT system_id, timeline + 1, 0, '-infinity' FROM leader_lease_timeline
            """);

        var lost = await LoseTermAsync(pair, party, 0);
        await pair.Primary.KillAsync();
        await pair.PromoteAsync();
        await UntilAsync(
            pair.Primary, "SELECT EXISTS (SELECT FROM leader_lease WHERE expires_at > clock_timestamp())");
        await Task.Delay(Lease);

        var isSound = party.History.Overlap == TimeSpan.Zero && party.History.TokensRise;
        isSound.ShouldBeFalse($"lost term {lost}: {string.Join(", ", party.History.Stretches)}");
    }

    // The lease had been released when the standby stopped to follow, so it knows of no lease at all.
    [Fact]
    public async Task A_leader_whose_term_the_new_primary_has_never_heard_of_is_outlived_before_another_leads()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = new NodeParty(pair.ConnectionString, "public", Lease);
        var known = await party.AddAsync("known");
        var first = await party.LeaderAfterAsync(0);
        await known.StopAsync();
        await pair.CatchUpAsync();
        pair.CutReplication();
        await party.AddAsync("lost");
        await party.AddAsync("next");
        var lost = await party.LeaderAfterAsync(first.Token);
        await RenewedAsync(pair);

        await pair.Primary.KillAsync();
        await pair.PromoteAsync();
        var next = await party.LeaderAfterAsync(lost.Token);

        party.History.Overlap.ShouldBe(TimeSpan.Zero);
        next.Token.ShouldBeGreaterThan(10_000_000_000);
    }

    [Fact]
    public async Task A_leader_whose_row_made_it_to_the_new_primary_goes_on()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await using var party = new NodeParty(pair.ConnectionString, "public", TimeSpan.FromSeconds(6));
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

    private static async Task<NodeParty> PartyOfThreeAsync(ReplicatedServer pair)
    {
        var party = new NodeParty(pair.ConnectionString, "public", Lease);
        await party.AddAsync("a");
        await party.AddAsync("b");
        await party.AddAsync("c");
        return party;
    }

    /// <summary>
    /// A term that begins, and is renewed until just now, while the standby follows no more: its token. The lease before
    /// it has run out on the standby, too. Other elections have had terms meanwhile: a sequence is written ahead for 32
    /// numbers, so fewer would not show.
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
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (!await connection.ExecuteScalarAsync<bool>(condition))
            await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = await server.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
