using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests;

public class LogCollectorTests
{
    private static readonly EventId Event = new(7, "Seven");

    [Fact]
    public async Task It_waits_for_so_many_lines_those_before_among_them()
    {
        var logs = new LogCollector();
        Say(logs, "first");
        var second = logs.WaitForAsync(7, times: 2);
        second.IsCompleted.ShouldBeFalse();

        Say(logs, "second");

        (await second).Message.ShouldBe("second");
        (await logs.WaitForAsync(7)).ShouldBe(new LogEntry(LogLevel.Warning, 7, "Seven", "first", null));
        logs.Count(7).ShouldBe(2);
    }

    [Fact]
    public async Task A_wait_in_vain_shows_what_was_logged_instead()
    {
        var logs = new LogCollector();
        Say(logs, "something else");

        var exception = await Should.ThrowAsync<TimeoutException>(
            logs.WaitForAsync(8, patience: TimeSpan.FromMilliseconds(30)));

        exception.Message.ShouldContain("7 something else");
    }

    [Fact]
    public void Lesser_lines_and_other_categories_are_not_kept()
    {
        var logs = new LogCollector { MinimumLevel = LogLevel.Error, Keeps = category => category == "mine" };

        Say(logs.CreateLogger("mine"), "too little");
        logs.CreateLogger("others").Log(LogLevel.Error, Event, "theirs", null, (state, _) => state);
        logs.CreateLogger("mine").Log(LogLevel.Error, Event, "mine", null, (state, _) => state);

        logs.Entries.ShouldHaveSingleItem().Message.ShouldBe("mine");
    }

    [Fact]
    public void A_broken_one_throws_whatever_is_called()
    {
        var logs = new LogCollector { Failure = new IOException("full") };

        Should.Throw<IOException>(() => logs.IsEnabled(LogLevel.Error));
        Should.Throw<IOException>(() => logs.BeginScope("x"));
        Should.Throw<IOException>(() => Say(logs, "x"));
    }

    private static void Say(ILogger logger, string line) =>
        logger.Log(LogLevel.Warning, Event, line, null, (state, _) => state);
}
