namespace LeaderElection.Tests;

public sealed class SubscribersTests
{
    private readonly Subscribers<string> _subscribers = new();

    [Fact]
    public void A_name_finds_its_own_subscribers_in_the_order_in_which_they_came()
    {
        _subscribers.Add("billing", "first");
        _subscribers.Add("mail", "other");
        _subscribers.Add("billing", "second");

        _subscribers.Of("billing").ShouldBe(["first", "second"]);
        _subscribers.Of("mail").ShouldBe(["other"]);
        _subscribers.Of("Billing").ShouldBeEmpty("names are told apart by case");
    }

    [Fact]
    public void All_are_found_without_a_name()
    {
        _subscribers.Add("billing", "one");
        _subscribers.Add("mail", "two");

        _subscribers.All().ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact]
    public void One_that_has_gone_is_not_found_and_the_others_stay()
    {
        _subscribers.Add("billing", "one");
        _subscribers.Add("billing", "two");

        _subscribers.Remove("billing", "one");
        _subscribers.Remove("billing", "one");

        _subscribers.Of("billing").ShouldBe(["two"]);
    }

    [Fact]
    public void Names_that_come_and_go_leave_nothing_behind()
    {
        for (var tenant = 0; tenant < 1_000; tenant++)
        {
            _subscribers.Add($"tenant-{tenant}", "one");
            _subscribers.Remove($"tenant-{tenant}", "one");
        }

        _subscribers.Names.ShouldBe(0);
        _subscribers.All().ShouldBeEmpty();
    }

    [Fact]
    public void What_was_found_does_not_change_any_more()
    {
        _subscribers.Add("billing", "one");
        var found = _subscribers.Of("billing");

        _subscribers.Remove("billing", "one");

        found.ShouldBe(["one"]);
    }
}
