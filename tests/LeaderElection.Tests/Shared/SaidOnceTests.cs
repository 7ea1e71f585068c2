namespace LeaderElection.Tests;

public sealed class SaidOnceTests
{
    [Fact]
    public void What_goes_on_is_said_once()
    {
        var said = new SaidOnce();

        said.IsNews().ShouldBeTrue();
        said.IsNews().ShouldBeFalse();
        said.IsNews().ShouldBeFalse();
    }

    [Fact]
    public void What_was_over_is_said_again_and_its_end_is_known_to_one_who_asks()
    {
        var said = new SaidOnce();
        said.Over().ShouldBeFalse("nothing was said");
        said.IsNews();

        said.Over().ShouldBeTrue();

        said.Over().ShouldBeFalse("it was over already");
        said.IsNews().ShouldBeTrue();
    }

    [Fact]
    public void Another_value_is_news_and_so_is_the_first_one_after_it()
    {
        var said = new SaidOnce<string>();

        said.IsNews("a").ShouldBeTrue();
        said.IsNews("a").ShouldBeFalse();
        said.IsNews("b").ShouldBeTrue();
        said.IsNews("a").ShouldBeTrue();
    }

    [Fact]
    public void The_default_of_a_type_is_a_value_like_any_other()
    {
        new SaidOnce<int>().IsNews(0).ShouldBeTrue();
        new SaidOnce<string?>().IsNews(null).ShouldBeTrue();
    }

    [Fact]
    public async Task Of_many_who_ask_at_the_same_moment_one_is_to_say_it()
    {
        var said = new SaidOnce();
        using var together = new Barrier(8);
        for (var round = 0; round < 200; round++)
        {
            var news = 0;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    if (said.IsNews())
                        Interlocked.Increment(ref news);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            news.ShouldBe(1);
            said.Over();
        }
    }
}
