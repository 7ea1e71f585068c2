namespace LeaderElection.Tests;

public class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task It_looks_until_it_sees_what_is_wanted_and_gives_it()
    {
        var looks = 0;

        (await Eventually.SeenAsync(() => Task.FromResult(++looks), seen => seen == 3)).ShouldBe(3);

        looks.ShouldBe(3);
    }

    [Fact]
    public async Task It_says_what_it_looked_at_what_was_wanted_and_what_it_saw_last()
    {
        var row = Task.FromResult("held by b");

        var exception = await Should.ThrowAsync<TimeoutException>(
            Eventually.SeenAsync(() => row, holder => holder == "held by a", Short));

        exception.Message.ShouldBe(
            "For 0.03 s this was looked at: () => row\n"
            + "wanted: holder => holder == \"held by a\"\nseen last: held by b");
    }

    [Fact]
    public async Task A_look_that_does_not_return_is_given_up()
    {
        var exception = await Should.ThrowAsync<TimeoutException>(
            Eventually.TrueAsync(() => new TaskCompletionSource<bool>().Task, Short));

        exception.Message.ShouldContain("the first look has not returned");
    }

    [Fact]
    public async Task What_a_look_throws_ends_the_wait() => await Should.ThrowAsync<IOException>(
        Eventually.TrueAsync(() => Task.FromException<bool>(new IOException("gone"))));
}
