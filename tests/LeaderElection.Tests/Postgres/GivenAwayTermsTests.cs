namespace LeaderElection.Tests;

/// <summary>What a process remembers of the terms that it gave away, and for how long.</summary>
public sealed class GivenAwayTermsTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly ManualClock _clock = new();
    private readonly GivenAwayTerms _terms;

    public GivenAwayTermsTests()
    {
        _terms = new GivenAwayTerms(_clock);
        _terms.NoteLease(Lease);
    }

    [Fact]
    public void A_term_that_was_given_away_and_those_before_it_are_known_by_their_election()
    {
        _terms.Add("billing", 7);

        _terms.Contains("billing", 7).ShouldBeTrue();
        _terms.Contains("billing", 6).ShouldBeTrue();
        _terms.Contains("billing", 8).ShouldBeFalse("it was never given away");
        _terms.Contains("mail", 7).ShouldBeFalse();
    }

    [Fact]
    public void A_lower_token_that_comes_later_takes_nothing_back()
    {
        _terms.Add("billing", 7);
        _terms.Add("billing", 5);

        _terms.Contains("billing", 7).ShouldBeTrue();
    }

    // A database that lost the release has the row for one lease more at the most.
    [Fact]
    public void A_term_is_known_for_longer_than_its_row_can_last()
    {
        _terms.Add("billing", 7);

        _clock.Advance((2 * Lease) + TimeSpan.FromSeconds(59));
        _terms.Tidy();

        _terms.Contains("billing", 7).ShouldBeTrue();
    }

    [Fact]
    public void Where_no_lease_was_asked_for_the_longest_that_is_allowed_counts()
    {
        var terms = new GivenAwayTerms(_clock);
        terms.Add("billing", 7);

        _clock.Advance(TimeSpan.FromDays(2));
        terms.Tidy();

        terms.Contains("billing", 7).ShouldBeTrue();
    }

    [Fact]
    public void The_longest_lease_that_was_asked_for_counts()
    {
        _terms.NoteLease(TimeSpan.FromHours(1));
        _terms.NoteLease(Lease);
        _terms.Add("billing", 7);

        _clock.Advance(TimeSpan.FromHours(2));
        _terms.Tidy();

        _terms.Contains("billing", 7).ShouldBeTrue();
    }

    [Fact]
    public void A_term_given_away_later_is_not_forgotten_with_the_one_before_it()
    {
        _terms.Add("billing", 7);
        _clock.Advance(TimeSpan.FromSeconds(60));
        _terms.Add("billing", 9);

        _clock.Advance(TimeSpan.FromSeconds(60));
        _terms.Tidy();

        _terms.Count.ShouldBe(1);
        _terms.Contains("billing", 9).ShouldBeTrue();
        _terms.Contains("billing", 7).ShouldBeTrue();
    }

    [Fact]
    public void Elections_that_come_and_go_leave_nothing_behind()
    {
        for (var tenant = 0; tenant < 1_000; tenant++)
        {
            _terms.Add($"tenant-{tenant}", tenant);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _terms.Count.ShouldBeLessThan(100, "those of the last 80 seconds");

        _clock.Advance(TimeSpan.FromMinutes(2));
        _terms.Tidy();

        _terms.Count.ShouldBe(0);
        _terms.Contains("tenant-999", 999).ShouldBeFalse();
    }
}
