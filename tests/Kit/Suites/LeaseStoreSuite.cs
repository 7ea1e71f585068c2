namespace LeaderElection.Kit;

/// <summary>
/// What every <see cref="ILeaseStore"/> must do. Hints, and what a term may do, stand in
/// <see cref="LeaseStoreHintsSuite"/> and <see cref="LeaseStoreTermsSuite"/>.
/// </summary>
public abstract class LeaseStoreSuite(StoresUnderTest stores) : StoreSuite(stores)
{
    [Fact]
    public async Task The_first_to_ask_is_granted_the_lease()
    {
        var answer = await Store.AcquireAsync(Claim("a"), Token);

        answer.ShouldBeOfType<LeaseAnswer.Granted>();
        answer.Error.ShouldBeNull();
        var lease = answer.Lease.ShouldNotBeNull();
        lease.InstanceId.ShouldBe("a");
        lease.FencingToken.ShouldBeGreaterThan(0);
        lease.Endpoint.ShouldBeNull();
    }

    [Fact]
    public async Task A_living_lease_is_denied_to_others_and_left_as_it_is()
    {
        var held = await AcquireAsync("a");
        await PassAsync(Lease / 4);

        var answer = await Other.AcquireAsync(Claim("b"), Token);

        answer.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
        var inTheWay = answer.Lease.ShouldNotBeNull();
        (inTheWay with { Remaining = held.Remaining }).ShouldBe(held);
        ShouldBeAbout(inTheWay.Remaining, 0.75 * Lease);
        var row = (await Store.ReadAsync(Election, Token)).ShouldNotBeNull();
        (row with { Remaining = held.Remaining }).ShouldBe(held);
        ShouldBeAbout(row.Remaining, 0.75 * Lease);
    }

    [Fact]
    public async Task The_same_instance_id_on_a_living_lease_is_somebody_else()
    {
        var held = await AcquireAsync("twin");

        var answer = await Other.AcquireAsync(Claim("twin"), Token);

        answer.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
        answer.Lease.ShouldNotBeNull().FencingToken.ShouldBe(held.FencingToken);
    }

    [Fact]
    public async Task A_lease_lasts_as_long_as_its_holder_asked_for_whatever_others_ask_for()
    {
        await AcquireAsync("a");
        await PassAsync(Lease / 2);

        var answer = await Other.AcquireAsync(Claim("b", Lease / 20), Token);

        answer.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
    }

    [Fact]
    public async Task The_lease_in_the_store_is_as_long_as_the_one_asked_for()
    {
        var held = await AcquireAsync("a", 3 * Lease);
        ShouldBeAbout(held.Remaining, 3 * Lease);
        ShouldBeAbout((await Other.ReadAsync(Election, Token))!.Remaining, 3 * Lease);

        var renewed = await Store.RenewAsync(Election, held.FencingToken, 2 * Lease, Token);

        ShouldBeAbout(renewed.Lease!.Remaining, 2 * Lease);
        ShouldBeAbout((await Other.ReadAsync(Election, Token))!.Remaining, 2 * Lease);
    }

    [Fact]
    public async Task A_lease_that_ran_out_by_less_than_the_tolerance_is_left_alone_unless_it_was_outlived()
    {
        var held = await AcquireAsync("a");
        await PassAsync(Lease + Grain);
        var claim = Claim("b") with { ClockJumpTolerance = TimeSpan.FromHours(1) };

        var answer = await Other.AcquireAsync(claim, Token);
        answer.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
        var inTheWay = answer.Lease.ShouldNotBeNull();
        inTheWay.FencingToken.ShouldBe(held.FencingToken);
        inTheWay.ExpiresAt.ShouldBe(held.ExpiresAt);
        inTheWay.Remaining.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        answer.StoreTime.ShouldBe(inTheWay.ExpiresAt - inTheWay.Remaining);

        var otherToken = inTheWay with { FencingToken = held.FencingToken + 1 };
        (await Other.AcquireAsync(claim with { Outlived = otherToken }, Token))
            .ShouldBeOfType<LeaseAnswer.HeldByAnother>();
        var otherGrant = inTheWay with { ExpiresAt = held.ExpiresAt.AddMilliseconds(1) };
        (await Other.AcquireAsync(claim with { Outlived = otherGrant }, Token))
            .ShouldBeOfType<LeaseAnswer.HeldByAnother>();
        (await Other.AcquireAsync(claim with { Outlived = inTheWay }, Token)).ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task A_lease_that_ran_out_by_more_than_the_tolerance_is_taken_over()
    {
        await AcquireAsync("a");
        await PassAsync(Lease + 2 * Grain);

        var answer = await Other.AcquireAsync(Claim("b") with { ClockJumpTolerance = Grain }, Token);

        answer.ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task A_lease_that_is_alive_cannot_be_outlived()
    {
        var held = await AcquireAsync("a");

        var answer = await Other.AcquireAsync(Claim("b") with { Outlived = held }, Token);

        answer.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
    }

    [Fact]
    public async Task Every_answer_tells_the_time_of_the_store()
    {
        var granted = await Store.AcquireAsync(Claim("a"), Token);
        await PassAsync(Lease / 4);
        var denied = await Other.AcquireAsync(Claim("b"), Token);
        var renewed = await Store.RenewAsync(Election, granted.Lease!.FencingToken, Lease, Token);
        var lost = await Store.RenewAsync(Election, granted.Lease!.FencingToken - 1, Lease, Token);

        lost.ShouldBeOfType<LeaseAnswer.Lost>();
        (denied.StoreTime!.Value - granted.StoreTime!.Value).ShouldBeGreaterThanOrEqualTo(Lease / 4 - Grain);
        renewed.StoreTime!.Value.ShouldBeGreaterThanOrEqualTo(denied.StoreTime.Value);
        lost.StoreTime!.Value.ShouldBeGreaterThanOrEqualTo(renewed.StoreTime.Value);
    }

    [Fact]
    public async Task A_lease_that_ran_out_can_be_taken_over_without_a_cleanup()
    {
        var first = await AcquireAsync("a");
        await PassAsync(Lease + Grain);
        (await Store.ReadAsync(Election, Token)).ShouldBeNull();

        var second = await Other.AcquireAsync(Claim("b"), Token);

        second.ShouldBeOfType<LeaseAnswer.Granted>();
        second.Lease!.InstanceId.ShouldBe("b");
        second.Lease!.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        second.Lease!.AcquiredAt.ShouldBeGreaterThan(first.AcquiredAt);
    }

    [Fact]
    public async Task A_released_lease_is_free_at_once_ten_times_in_a_row()
    {
        for (var round = 0; round < 10; round++)
        {
            var lease = await AcquireAsync($"instance {round}");
            (await Store.ReleaseAsync(Election, lease.FencingToken, Token)).ShouldBeTrue();
            (await Other.ReadAsync(Election, Token)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Of_a_hundred_that_take_over_at_once_one_wins()
    {
        var first = await AcquireAsync("a");
        await PassAsync(Lease + Grain);

        // A lease that outlasts the contest, however busy the machine is.
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Task.Run(
            () => (number % 2 == 0 ? Store : Other).AcquireAsync(
                Claim($"b{number}") with { LeaseDuration = TimeSpan.FromMinutes(1) }, Token))));

        var winner = answers.Where(answer => answer is LeaseAnswer.Granted).ShouldHaveSingleItem();
        winner.Lease!.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        answers.Count(answer => answer is LeaseAnswer.HeldByAnother or LeaseAnswer.BeingTaken).ShouldBe(99);
        (await Store.ReadAsync(Election, Token))!.InstanceId.ShouldBe(winner.Lease!.InstanceId);
    }

    [Fact]
    public async Task Elections_are_independent_even_if_one_name_begins_with_the_other()
    {
        const string longer = Election + "-archive";
        var mine = await AcquireAsync("a");
        var other = await Store.AcquireAsync(Claim("b") with { ElectionName = longer }, Token);
        other.ShouldBeOfType<LeaseAnswer.Granted>();

        (await Store.RenewAsync(longer, mine.FencingToken, Lease, Token)).ShouldBeOfType<LeaseAnswer.Lost>();
        (await Store.ReleaseAsync(longer, mine.FencingToken, Token)).ShouldBeFalse();
        (await Store.ReleaseAsync(Election, mine.FencingToken, Token)).ShouldBeTrue();

        (await Other.ReadAsync(longer, Token))!.InstanceId.ShouldBe("b");
        (await Other.ReadAsync(Election, Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData("O'Brien; --")]
    [InlineData("per cent % and _ under")]
    [InlineData("\"quoted\" \\ name")]
    [InlineData("wählen 選挙 🗳")]
    public async Task Names_are_data_whatever_characters_they_have(string name)
    {
        var answer = await Store.AcquireAsync(Claim(name) with { ElectionName = name }, Token);

        answer.ShouldBeOfType<LeaseAnswer.Granted>();
        (await Other.ReadAsync(name, Token))!.InstanceId.ShouldBe(name);
        (await Other.ReadAsync(Election, Token)).ShouldBeNull();
        (await Store.ReleaseAsync(name, answer.Lease!.FencingToken, Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_of_two_hundred_characters_fits()
    {
        var name = new string('n', 200);

        var answer = await Store.AcquireAsync(Claim(name) with { ElectionName = name }, Token);

        answer.Lease!.InstanceId.ShouldBe(name);
        (await Other.ReadAsync(name, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_endpoint_is_kept_and_told_to_all()
    {
        var endpoint = new Uri("https://node-1.example:8443/app?x=1");
        var granted = await Store.AcquireAsync(Claim("a") with { Endpoint = endpoint }, Token);

        granted.Lease!.Endpoint.ShouldBe(endpoint);
        (await Other.AcquireAsync(Claim("b"), Token)).Lease!.Endpoint.ShouldBe(endpoint);
        (await Other.ReadAsync(Election, Token))!.Endpoint.ShouldBe(endpoint);
        var renewed = await Store.RenewAsync(Election, granted.Lease!.FencingToken, Lease, Token);
        renewed.Lease!.Endpoint.ShouldBe(endpoint);
    }

    [Fact]
    public async Task Everybody_reads_the_same_times()
    {
        var held = await AcquireAsync("a");

        var read = (await Other.ReadAsync(Election, Token)).ShouldNotBeNull();

        read.AcquiredAt.ShouldBe(held.AcquiredAt);
        read.AcquiredAt.Offset.ShouldBe(TimeSpan.Zero);
        ShouldBeAbout(read.Remaining, Lease);
    }

    [Fact]
    public async Task Nobody_holds_an_election_that_nobody_ran_in() =>
        (await Store.ReadAsync(Election, Token)).ShouldBeNull();

    [Fact]
    public async Task Initialising_again_keeps_the_leases()
    {
        var held = await AcquireAsync("a");

        await Store.InitializeAsync(Token);
        await Other.InitializeAsync(Token);

        (await Other.ReadAsync(Election, Token))!.FencingToken.ShouldBe(held.FencingToken);
    }

    [Fact]
    public async Task Cleanup_deletes_only_what_ran_out_long_enough_ago()
    {
        await AcquireAsync("a");
        var living = await Store.AcquireAsync(
            Claim("b", 20 * Lease) with { ElectionName = "other" }, Token);
        await PassAsync(Lease + Grain);
        (await Store.DeleteExpiredAsync(Lease, Token)).ShouldBe(0);

        await PassAsync(Lease + Grain);

        (await Other.DeleteExpiredAsync(Lease, Token)).ShouldBe(1);
        (await Other.DeleteExpiredAsync(Lease, Token)).ShouldBe(0);
        (await Store.ReadAsync("other", Token))!.FencingToken.ShouldBe(living.Lease!.FencingToken);
    }

    [Fact]
    public async Task A_cancelled_token_ends_an_attempt_before_it_takes_effect()
    {
        var cancelled = new CancellationToken(canceled: true);
        var held = await AcquireAsync("a");

        await Should.ThrowAsync<OperationCanceledException>(() => Store.InitializeAsync(cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Store.AcquireAsync(Claim("b") with { ElectionName = "other" }, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Store.RenewAsync(Election, held.FencingToken, 5 * Lease, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Store.ReleaseAsync(Election, held.FencingToken, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.ReadAsync(Election, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Store.DeleteExpiredAsync(TimeSpan.Zero, cancelled));

        (await Other.ReadAsync("other", Token)).ShouldBeNull();
        var row = (await Other.ReadAsync(Election, Token)).ShouldNotBeNull();
        row.Remaining.ShouldBeLessThanOrEqualTo(Lease);
    }
}
