using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Tests;

/// <summary>How long a connection that listens is done without, and what is said of that.</summary>
public sealed class ListenOutageTests
{
    [Fact]
    public void A_LISTEN_that_is_let_in_by_nobody_is_tried_ever_more_rarely_and_the_elector_says_why()
    {
        var log = new LogCollector();
        var outage = new ListenOutage(log);

        var pauses = Enumerable.Range(0, 20)
            .Select(_ => outage.Failed(Error(PostgresErrorCodes.InvalidPassword))).ToList();

        pauses[0].ShouldBeLessThan(TimeSpan.FromSeconds(1));
        pauses[^1].ShouldBeInRange(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        log.Entries.ShouldAllBe(entry => entry.Level == LogLevel.Debug);
    }

    [Fact]
    public void A_server_that_cannot_listen_is_asked_again_in_ten_minutes_and_that_is_said_once()
    {
        var log = new LogCollector();
        var outage = new ListenOutage(log);

        var pauses = Enumerable.Range(0, 3)
            .Select(_ => outage.Failed(Error(PostgresErrorCodes.FeatureNotSupported))).ToList();

        pauses.ShouldAllBe(pause => pause >= TimeSpan.FromMinutes(5) && pause <= TimeSpan.FromMinutes(10));
        log.Entries.Count(entry => entry.EventId == 2002).ShouldBe(1);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_tried_every_second_at_the_rarest()
    {
        var outage = new ListenOutage(new LogCollector());

        var pauses = Enumerable.Range(0, 20).Select(_ => outage.Failed(new NpgsqlException("No connection"))).ToList();

        pauses[^1].ShouldBeInRange(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Those_that_are_told_together_that_a_server_is_back_do_not_come_back_together()
    {
        var pauses = Enumerable.Range(0, 200)
            .Select(_ => new ListenOutage(new LogCollector()).ToldToReconnect()).Order().ToList();

        pauses[^1].ShouldBeLessThan(TimeSpan.FromSeconds(0.5));
        (pauses[150] - pauses[50]).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(125), "not in step");
    }

    private static PostgresException Error(string sqlState) =>
        new("The server's words", "ERROR", "ERROR", sqlState);
}
