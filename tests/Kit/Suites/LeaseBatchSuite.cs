namespace LeaderElection.Kit;

/// <summary>
/// What every <see cref="IBatchLeaseStore"/> must do with a list. That each answer is what the single call gives is
/// shown by the other suites over <see cref="BatchedStores"/>.
/// </summary>
public abstract class LeaseBatchSuite(StoresUnderTest stores) : StoreSuite(stores)
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    private IBatchLeaseStore Batches => (IBatchLeaseStore)Store;

    [Fact]
    public async Task Free_held_and_expired_leases_of_one_list_are_told_apart_in_the_order_of_the_requests()
    {
        await Store.AcquireAsync(Claim("gone", "expired"), Token);
        await PassAsync(Lease + Grain);
        var held = (await Other.AcquireAsync(Claim("holder", "held", 100 * Lease), Token)).Lease!;

        var answers = await Batches.AcquireAsync(
            [Claim("a", "free"), Claim("b", "held"), Claim("c", "expired"), Claim("d", "another")], Token);

        answers[0].ShouldBeOfType<LeaseAnswer.Granted>().Lease.InstanceId.ShouldBe("a");
        var inTheWay = answers[1].ShouldBeOfType<LeaseAnswer.HeldByAnother>().Lease;
        (inTheWay with { Remaining = held.Remaining }).ShouldBe(held);
        answers[2].ShouldBeOfType<LeaseAnswer.Granted>().Lease.InstanceId.ShouldBe("c");
        answers[3].ShouldBeOfType<LeaseAnswer.Granted>().Lease.InstanceId.ShouldBe("d");
        answers.Select(answer => answer.Lease!.FencingToken).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Each_claim_counts_for_its_own_election()
    {
        var endpoint = new Uri("https://node-1.example/");
        await Store.AcquireAsync(Claim("gone", "tolerated"), Token);
        var outlived = (await Store.AcquireAsync(Claim("gone", "outlived"), Token)).Lease!;
        await PassAsync(Lease + Grain);

        var answers = await Batches.AcquireAsync(
            [
                Claim("a", "long", 50 * Lease) with { LockId = 1 },
                Claim("b", "tolerated") with { ClockJumpTolerance = TimeSpan.FromHours(1), LockId = 2 },
                Claim("c", "outlived") with
                {
                    ClockJumpTolerance = TimeSpan.FromHours(1), Outlived = outlived, Endpoint = endpoint,
                },
            ],
            Token);

        ShouldBeAbout(answers[0].ShouldBeOfType<LeaseAnswer.Granted>().Lease.Remaining, 50 * Lease);
        answers[1].ShouldBeOfType<LeaseAnswer.HeldByAnother>().Lease.InstanceId.ShouldBe("gone");
        var granted = answers[2].ShouldBeOfType<LeaseAnswer.Granted>().Lease;
        granted.Endpoint.ShouldBe(endpoint);
        ShouldBeAbout(granted.Remaining, Lease);
    }

    [Fact]
    public async Task However_many_are_free_each_is_granted_once_when_the_rest_ask_again()
    {
        string[] instances = [.. Enumerable.Range(0, 120).Select(number => $"{number}")];
        List<LeaseClaim> left = [.. instances.Select(instance => Claim(instance, $"e{instance}", 99 * Lease))];
        var granted = new List<Lease>();
        while (left.Count > 0)
        {
            var answers = await Batches.AcquireAsync(left, Token);

            answers.Count(answer => answer is LeaseAnswer.Granted || answer.Wait == TimeSpan.Zero)
                .ShouldBe(left.Count);
            answers.ShouldContain(answer => answer is LeaseAnswer.Granted);
            granted.AddRange(answers.OfType<LeaseAnswer.Granted>().Select(answer => answer.Lease));
            left = [.. left.Where((_, index) => answers[index] is not LeaseAnswer.Granted)];
        }

        granted.Select(lease => lease.InstanceId).Order().ShouldBe(instances.Order());
        granted.Select(lease => lease.FencingToken).Distinct().Count().ShouldBe(120);
    }

    [Fact]
    public async Task Renewals_and_what_is_lost_are_told_apart_in_the_order_of_the_requests()
    {
        var terms = await AcquireAllAsync("mine", "released", "longer", "expired");
        await Batches.RenewAsync([new(terms[0], 9 * Lease), new(terms[1], 9 * Lease), new(terms[2], 9 * Lease)], Token);
        await PassAsync(Lease + Grain);
        await Store.ReleaseAsync("released", terms[1].FencingToken, Token);

        var answers = await Batches.RenewAsync(
            [
                new(terms[1], Lease), new(terms[0], Lease), new(terms[3], Lease), new(new("nobody's", 1), Lease),
                new(terms[2], 5 * Lease),
            ],
            Token);

        answers[0].ShouldBeOfType<LeaseAnswer.Lost>().StoreTime.ShouldNotBeNull();
        ShouldBeAbout(answers[1].ShouldBeOfType<LeaseAnswer.Granted>().Lease.Remaining, Lease);
        answers[2].ShouldBeOfType<LeaseAnswer.Lost>();
        answers[3].ShouldBeOfType<LeaseAnswer.Lost>();
        var longer = answers[4].ShouldBeOfType<LeaseAnswer.Granted>().Lease;
        longer.InstanceId.ShouldBe("longer");
        longer.FencingToken.ShouldBe(terms[2].FencingToken);
        ShouldBeAbout(longer.Remaining, 5 * Lease);
    }

    [Fact]
    public async Task Releases_give_away_their_own_terms_and_nothing_else()
    {
        var terms = await AcquireAllAsync("a", "b", "c");
        var over = terms[0] with { FencingToken = terms[0].FencingToken + 9 };

        var answers = await Batches.ReleaseAsync([terms[2], over, new("nobody's", 1), terms[1]], Token);

        answers.ShouldBe([true, false, false, true]);
        var left = await Batches.ReadAsync(["a", "b", "c"], Token);
        left[0].ShouldNotBeNull().FencingToken.ShouldBe(terms[0].FencingToken);
        left[1].ShouldBeNull();
        left[2].ShouldBeNull();
    }

    [Fact]
    public async Task Living_leases_are_read_in_the_order_of_the_requests()
    {
        await AcquireAllAsync("a", "b");
        await PassAsync(Lease + Grain);
        await Store.AcquireAsync(Claim("b again", "b"), Token);
        await Store.AcquireAsync(Claim("c", "c"), Token);

        var leases = await Batches.ReadAsync(["c", "nobody's", "a", "b"], Token);

        leases.Select(lease => lease?.InstanceId).ShouldBe(["c", null, null, "b again"]);
    }

    [Fact]
    public async Task A_list_that_names_an_election_twice_is_refused_and_has_no_effect()
    {
        var term = (await AcquireAllAsync("mine"))[0];

        await IsRefusedAsync(
            () => Batches.AcquireAsync([Claim("a", "x"), Claim("a", "y"), Claim("b", "x")], Token), "'x'");
        await IsRefusedAsync(() => Batches.RenewAsync([new(term, 9 * Lease), new(term, 9 * Lease)], Token), "'mine'");
        await IsRefusedAsync(() => Batches.ReleaseAsync([term, term with { FencingToken = 0 }], Token), "'mine'");
        await IsRefusedAsync(() => Batches.ReadAsync(["x", "x"], Token), "'x'");

        (await Batches.ReadAsync(["x", "y"], Token)).ShouldBe([null, null]);
        (await Store.ReadAsync("mine", Token))!.Remaining.ShouldBeLessThanOrEqualTo(Lease);
    }

    [Fact]
    public async Task A_list_that_is_too_long_is_refused_and_has_no_effect()
    {
        var term = (await AcquireAllAsync("e0"))[0];
        var names = Enumerable.Range(0, Batches.BatchLimit + 1).Select(number => $"e{number}").ToList();
        var limit = $"{Batches.BatchLimit}";

        await IsRefusedAsync(() => Batches.AcquireAsync([.. names.Select(name => Claim("a", name))], Token), limit);
        await IsRefusedAsync(
            () => Batches.RenewAsync([.. names.Select(name => Renewal(name, term.FencingToken))], Token), limit);
        LeaseTerm[] terms = [.. names.Select(name => new LeaseTerm(name, term.FencingToken))];
        await IsRefusedAsync(() => Batches.ReleaseAsync(terms, Token), limit);
        await IsRefusedAsync(() => Batches.ReadAsync(names, Token), limit);

        var row = (await Store.ReadAsync("e0", Token)).ShouldNotBeNull();
        row.Remaining.ShouldBeLessThanOrEqualTo(Lease);
        (await Store.ReadAsync("e1", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_list_as_long_as_it_may_be_is_answered()
    {
        string[] names = [.. Enumerable.Range(0, Batches.BatchLimit).Select(number => $"e{number}")];

        (await Batches.RenewAsync([.. names.Select(name => Renewal(name, 1))], Token))
            .ShouldAllBe(answer => answer is LeaseAnswer.Lost);
        (await Batches.ReadAsync(names, Token)).ShouldAllBe(lease => lease == null);
        var answers = await Batches.AcquireAsync([.. names.Select(name => Claim(name, name))], Token);
        answers.Count.ShouldBe(names.Length);
        for (var index = 0; index < names.Length; index++)
            (answers[index].Lease?.InstanceId ?? names[index]).ShouldBe(names[index]);
        (await Batches.ReleaseAsync([.. names.Select(name => new LeaseTerm(name, 0))], Token))
            .ShouldAllBe(wasHeld => wasHeld == false);
    }

    [Fact]
    public async Task An_empty_list_has_an_empty_answer()
    {
        (await Batches.AcquireAsync([], Token)).ShouldBeEmpty();
        (await Batches.RenewAsync([], Token)).ShouldBeEmpty();
        (await Batches.ReleaseAsync([], Token)).ShouldBeEmpty();
        (await Batches.ReadAsync([], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        await Should.ThrowAsync<ArgumentNullException>(() => Batches.AcquireAsync((LeaseClaim[])null!, Token));
        await Should.ThrowAsync<ArgumentNullException>(() => Batches.RenewAsync(null!, Token));
        await Should.ThrowAsync<ArgumentNullException>(() => Batches.ReleaseAsync(null!, Token));
        await Should.ThrowAsync<ArgumentNullException>(() => Batches.ReadAsync((string[])null!, Token));
        await IsRefusedAsync(() => Batches.AcquireAsync([Claim("a", "x"), null!], Token), "1");
        await IsRefusedAsync(() => Batches.ReadAsync(["x", "y", null!], Token), "2");
    }

    [Fact]
    public async Task A_cancelled_token_ends_a_list_before_it_takes_effect()
    {
        var term = (await AcquireAllAsync("mine"))[0];

        await Should.ThrowAsync<OperationCanceledException>(() => Batches.AcquireAsync([Claim("a", "x")], Cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Batches.RenewAsync([new(term, 9 * Lease)], Cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Batches.ReleaseAsync([term], Cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Batches.ReadAsync(["x"], Cancelled));

        (await Store.ReadAsync("x", Token)).ShouldBeNull();
        (await Store.ReadAsync("mine", Token))!.Remaining.ShouldBeLessThanOrEqualTo(Lease);
    }

    private static async Task IsRefusedAsync(Func<Task> call, string said) =>
        (await Should.ThrowAsync<ArgumentException>(call)).Message.ShouldContain(said);

    private LeaseClaim Claim(string instanceId, string electionName, TimeSpan? leaseDuration = null) =>
        Claim(instanceId, leaseDuration) with { ElectionName = electionName };

    private LeaseRenewal Renewal(string electionName, long fencingToken) =>
        new(new LeaseTerm(electionName, fencingToken), 9 * Lease);

    /// <summary>Terms of instances that are called as their elections are.</summary>
    private async Task<IReadOnlyList<LeaseTerm>> AcquireAllAsync(params string[] names)
    {
        var terms = new List<LeaseTerm>();
        foreach (var name in names)
        {
            var answer = await Store.AcquireAsync(Claim(name, name), Token);
            terms.Add(new LeaseTerm(name, answer.ShouldBeOfType<LeaseAnswer.Granted>().Lease.FencingToken));
        }

        return terms;
    }
}
