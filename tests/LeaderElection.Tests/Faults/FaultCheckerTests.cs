using LeaderElection.Faults;

namespace LeaderElection.Tests;

/// <summary>Histories written by hand, each with one thing wrong with it, or nothing.</summary>
public sealed class FaultCheckerTests
{
    [Fact]
    public void A_hand_over_in_time_is_good()
    {
        var verdict = SoundRound().Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Rounds.ShouldHaveSingleItem().Leaderless.ShouldBe(TimeSpan.FromMilliseconds(150));
        verdict.Rounds[0].Bound.ShouldBe(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public void Two_that_lead_at_once_for_a_millisecond_are_caught()
    {
        var verdict = new HistoryBuilder().Leads("n1.1", 1, 0, 1001).Leads("n2.1", 2, 1000, 2000).Judge();

        Only(verdict, Promise.OneLeader).Text.ShouldContain("n1.1 (term 1) and n2.1 (term 2)");
        verdict.Overlap.ShouldBe(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void One_that_begins_where_the_other_ends_is_no_overlap() =>
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).Leads("n2.1", 2, 1000, 2000).Judge().IsGood.ShouldBeTrue();

    [Fact]
    public void A_short_leader_within_the_time_of_a_long_one_is_caught_and_so_is_the_one_after_it()
    {
        var verdict = new HistoryBuilder()
            .Leads("n1.1", 1, 0, 5000).Leads("n2.1", 2, 1000, 1100).Leads("n3.1", 3, 2000, 2100).Judge();

        verdict.Violations.Select(violation => violation.Promise).ShouldBe([Promise.OneLeader, Promise.OneLeader]);
    }

    [Fact]
    public void Of_three_that_lead_at_once_every_pair_is_caught()
    {
        var verdict = new HistoryBuilder()
            .Leads("n1.1", 1, 0, 5000).Leads("n2.1", 2, 1000, 3000).Leads("n3.1", 3, 2000, 2100).Judge();

        verdict.Violations.Count.ShouldBe(3);
    }

    [Fact]
    public void A_stretch_counts_as_it_was_said_last()
    {
        var verdict = new HistoryBuilder()
            .Leads("n1.1", 1, 0, 500).Leads("n1.1", 1, 0, 1500).Leads("n2.1", 2, 1400, 2000).Judge();

        Only(verdict, Promise.OneLeader);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Terms_that_a_disturbance_ends_more_often_than_not_are_caught(int ended, bool isGood)
    {
        var history = new HistoryBuilder();
        for (var round = 1; round <= 3; round++)
        {
            var at = round * 1000;
            history.Disturbance(round, at).Heals(round, at + 100).IsSteady(round, at + 500);
        }

        history.Leads("n1.1", 1, 0, 1100).Leads(ended > 0 ? "n2.1" : "n1.1", 2, 1100, 2100);
        if (ended == 2)
            history.Leads("n1.1", 3, 2100, 9000);
        else
            history.Leads("n2.1", 2, 1100, 9000);

        var verdict = history.Judge();

        verdict.IsGood.ShouldBe(isGood);
        verdict.Rounds.Sum(round => round.NewTerms).ShouldBe(ended);
    }

    [Fact]
    public void A_token_that_falls_is_caught() => Only(
        new HistoryBuilder().Leads("n1.1", 7, 0, 1000).Leads("n2.1", 6, 1100, 2000).Judge(), Promise.TokensRise);

    [Fact]
    public void A_term_that_comes_back_is_caught() => Only(
        new HistoryBuilder().Leads("n1.1", 7, 0, 1000).Leads("n1.1", 7, 1100, 2000).Judge(), Promise.TokensRise);

    [Fact]
    public void A_stale_fenced_row_is_caught()
    {
        var verdict = Terms().FencedRow(1, 1, "n1.1", 1).PlainRow(2, 2, "n2.1", 1).FencedRow(3, 1, "n1.1", 2).Judge();

        Only(verdict, Promise.FenceHolds).Text.ShouldContain("position 3 in a fenced transaction of term 1");
    }

    [Fact]
    public void A_stale_row_without_the_fence_is_counted_only()
    {
        var verdict = Terms().FencedRow(1, 1, "n1.1", 1).FencedRow(2, 2, "n2.1", 1).PlainRow(3, 1, "n1.1", 2).Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Counts.StalePlain.ShouldBe(1);
    }

    [Fact]
    public void Every_stale_row_counts_also_after_another() => Terms()
        .FencedRow(1, 2, "n2.1", 1).PlainRow(2, 1, "n1.1", 1).PlainRow(3, 1, "n1.1", 2).Judge()
        .Counts.StalePlain.ShouldBe(2);

    [Fact]
    public void A_stale_row_does_not_make_the_ones_after_it_stale()
    {
        var verdict = Terms().FencedRow(1, 2, "n2.1", 1).PlainRow(2, 1, "n1.1", 1).FencedRow(3, 2, "n2.1", 2).Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Counts.StalePlain.ShouldBe(1);
    }

    [Fact]
    public void A_lost_answer_may_have_landed_or_not()
    {
        var verdict = Terms()
            .Appends("n1.1", 1, 1, AppendOutcome.Maybe).Appends("n1.1", 2, 1, AppendOutcome.Maybe)
            .FencedRow(1, 1, "n1.1", 2).Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Counts.Maybe.ShouldBe(2);
        verdict.Counts.MaybeLanded.ShouldBe(1);
    }

    [Fact]
    public void A_row_of_a_node_that_could_not_tell_any_more_is_good()
    {
        var verdict = Terms().FencedRow(1, 1, "n1.1", 1).Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Counts.Unanswered.ShouldBe(1);
    }

    [Fact]
    public void A_confirmed_row_that_is_missing_is_caught() => Only(
        Terms().Appends("n1.1", 1, 1, AppendOutcome.Done, 1).Judge(), Promise.AnswersAreTrue)
        .Text.ShouldContain("is not in the log table");

    [Fact]
    public void A_refused_row_that_landed_is_caught() => Only(
        Terms().Appends("n1.1", 1, 1, AppendOutcome.Refused).FencedRow(1, 1, "n1.1", 1).Judge(), Promise.AnswersAreTrue)
        .Text.ShouldContain("was refused and is in the log table");

    [Fact]
    public void A_row_confirmed_elsewhere_than_it_is_is_caught() => Only(
        Terms().Appends("n1.1", 1, 1, AppendOutcome.Done, 7).FencedRow(1, 1, "n1.1", 1).Judge(),
        Promise.AnswersAreTrue);

    [Fact]
    public void A_row_written_twice_is_caught() => Only(
        Terms().FencedRow(1, 1, "n1.1", 1).FencedRow(2, 1, "n1.1", 1).Judge(), Promise.AnswersAreTrue);

    [Fact]
    public void A_row_that_was_committed_and_is_gone_leaves_a_gap_that_is_caught() => Only(
        Terms().FencedRow(1, 1, "n1.1", 1).FencedRow(3, 1, "n1.1", 3).Judge(), Promise.AnswersAreTrue)
        .Text.ShouldContain("position 3 where 2 is due");

    [Fact]
    public void Of_an_interrupted_run_what_was_confirmed_last_may_be_unread()
    {
        var history = SoundRound().Appends("n1.1", 1, 1, AppendOutcome.Done, 1, at: 900)
            .Appends("n2.1", 1, 2, AppendOutcome.Done, 2, at: 1900).PlainRow(1, 1, "n1.1", 1);

        history.JudgeAsInterrupted().Violations.ShouldBeEmpty();
        Only(history.Judge(), Promise.AnswersAreTrue);
    }

    [Theory]
    [InlineData(1300, true)]
    [InlineData(1301, false)]
    public void A_bound_from_the_fault_on_has_the_allowance_on_top(long nextLeads, bool isKept) =>
        Round(new Bound(BoundFrom.Injection, TimeSpan.FromMilliseconds(200)), nextLeads).Judge()
            .IsGood.ShouldBe(isKept);

    [Theory]
    [InlineData(1950, true)]
    [InlineData(1951, false)]
    public void A_bound_from_the_end_of_the_row_counts_from_there(long nextLeads, bool isKept) =>
        Round(new Bound(BoundFrom.EndOfRow, TimeSpan.FromMilliseconds(50)), nextLeads, rowRunsOutAt: 1800).Judge()
            .IsGood.ShouldBe(isKept);

    [Theory]
    [InlineData(2150, true)]
    [InlineData(2151, false)]
    public void Where_the_row_was_not_seen_it_may_last_for_a_lease(long nextLeads, bool isKept) =>
        Round(new Bound(BoundFrom.EndOfRow, TimeSpan.FromMilliseconds(50)), nextLeads).Judge().IsGood.ShouldBe(isKept);

    [Theory]
    [InlineData(3150, true)]
    [InlineData(3151, false)]
    public void A_bound_of_an_outage_counts_from_its_end(long nextLeads, bool isKept) =>
        Round(new Bound(BoundFrom.HealingOrEndOfRow, TimeSpan.FromMilliseconds(50)), nextLeads, healedAt: 3000).Judge()
            .IsGood.ShouldBe(isKept);

    [Fact]
    public void Nobody_until_the_wait_is_given_up_is_caught()
    {
        var verdict = new HistoryBuilder().Leads("n1.1", 1, 0, 1000).Fault(1, 1000).Heals(1, 1010)
            .IsNeverSteady(1, 9000).Judge();

        verdict.Violations.Select(violation => violation.Promise).ShouldBe([Promise.BoundIsKept, Promise.BoundIsKept]);
        verdict.Rounds[0].Leaderless.ShouldBe(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void A_leaderless_time_counts_for_the_round_in_which_it_lies()
    {
        var verdict = SoundRound().Fault(2, 3100).Heals(2, 3100).Leads("n2.1", 2, 1150, 3500).IsSteady(2, 3500)
            .Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Rounds.Select(round => round.Leaderless.TotalMilliseconds).ShouldBe([150, 0]);
    }

    // The report of a leader that is killed lies before the kill, and so in the round before.
    [Fact]
    public void A_leaderless_time_that_begins_just_before_a_fault_counts_for_that_fault_alone()
    {
        var lenient = new Bound(BoundFrom.Injection, TimeSpan.FromSeconds(5));
        var verdict = new HistoryBuilder().Leads("n1.1", 1, 0, 1990)
            .Fault(1, 1000).Heals(1, 1010).IsSteady(1, 1500)
            .Fault(2, 2000, lenient).Heals(2, 2010).Leads("n2.1", 2, 4000, 5000).IsSteady(2, 5000).Judge();

        verdict.Violations.ShouldBeEmpty();
        verdict.Rounds.Select(round => round.Leaderless.TotalMilliseconds).ShouldBe([0, 2010]);
    }

    [Fact]
    public void A_history_in_which_nobody_ever_led_is_not_judged() =>
        Should.Throw<HistoryIncompleteException>(() => new HistoryBuilder().Fault(1, 0).Judge())
            .Message.ShouldContain("Nobody ever led");

    [Fact]
    public void A_round_that_heals_without_having_begun_is_not_judged() =>
        Should.Throw<HistoryIncompleteException>(() => Terms().Heals(3, 100).Judge())
            .Message.ShouldContain("round 3");

    private static HistoryBuilder Terms() =>
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).Leads("n2.1", 2, 1000, 2000);

    private static HistoryBuilder SoundRound() => new HistoryBuilder()
        .Leads("n1.1", 1, 0, 1000).Fault(1, 1000).Heals(1, 1010).Leads("n2.1", 2, 1150, 3000).IsSteady(1, 3000);

    private static HistoryBuilder Round(
        Bound bound, long nextLeads, long? rowRunsOutAt = null, long healedAt = 1010) => new HistoryBuilder()
        .Leads("n1.1", 1, 0, 1000).Fault(1, 1000, bound, rowRunsOutAt).Heals(1, healedAt)
        .Leads("n2.1", 2, nextLeads, 5000).IsSteady(1, 5000);

    private static Violation Only(Verdict verdict, Promise promise)
    {
        var violation = verdict.Violations.ShouldHaveSingleItem();
        violation.Promise.ShouldBe(promise);
        return violation;
    }
}
