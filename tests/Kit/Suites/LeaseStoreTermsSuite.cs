namespace LeaderElection.Kit;

/// <summary>What a term may do to the lease, and what a term that is over may not.</summary>
public abstract class LeaseStoreTermsSuite(StoresUnderTest stores) : StoreSuite(stores)
{
    [Fact]
    public async Task Renewals_move_the_end_and_nothing_else()
    {
        var held = await AcquireAsync("a");
        for (var round = 0; round < 4; round++)
        {
            await PassAsync(Lease / 2);

            var answer = await Store.RenewAsync(Election, held.FencingToken, Lease, Token);

            answer.ShouldBeOfType<LeaseAnswer.Granted>();
            var renewed = answer.Lease.ShouldNotBeNull();
            ShouldBeAbout(renewed.Remaining, Lease);
            renewed.ExpiresAt.ShouldBeGreaterThan(held.ExpiresAt);
            (renewed with { ExpiresAt = held.ExpiresAt, Remaining = held.Remaining }).ShouldBe(held);
        }

        (await Other.AcquireAsync(Claim("b"), Token)).ShouldBeOfType<LeaseAnswer.HeldByAnother>();
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_can_be_repeated()
    {
        var held = await AcquireAsync("a");
        await Store.RenewAsync(Election, held.FencingToken, Lease, Token);

        var repeated = await Store.RenewAsync(Election, held.FencingToken, Lease, Token);

        repeated.ShouldBeOfType<LeaseAnswer.Granted>();
        repeated.Lease!.FencingToken.ShouldBe(held.FencingToken);
        repeated.Lease!.AcquiredAt.ShouldBe(held.AcquiredAt);
    }

    [Fact]
    public async Task A_token_that_was_never_given_renews_nothing()
    {
        var held = await AcquireAsync("a");
        await PassAsync(Lease / 2);

        var answer = await Other.RenewAsync(Election, held.FencingToken + 1, 5 * Lease, Token);

        answer.ShouldBeOfType<LeaseAnswer.Lost>();
        answer.Lease.ShouldBeNull();
        ShouldBeAbout((await Store.ReadAsync(Election, Token))!.Remaining, Lease / 2);
    }

    [Fact]
    public async Task An_old_term_of_the_same_instance_renews_nothing()
    {
        var old = await AcquireAsync("a");
        await Store.ReleaseAsync(Election, old.FencingToken, Token);
        var current = await AcquireAsync("a");
        await PassAsync(Lease / 2);

        (await Store.RenewAsync(Election, old.FencingToken, 5 * Lease, Token)).ShouldBeOfType<LeaseAnswer.Lost>();

        var row = (await Store.ReadAsync(Election, Token)).ShouldNotBeNull();
        row.FencingToken.ShouldBe(current.FencingToken);
        ShouldBeAbout(row.Remaining, Lease / 2);
    }

    [Fact]
    public async Task A_lease_that_ran_out_cannot_be_renewed_although_nobody_took_it()
    {
        var held = await AcquireAsync("a");
        await PassAsync(Lease + Grain);

        (await Store.RenewAsync(Election, held.FencingToken, Lease, Token)).ShouldBeOfType<LeaseAnswer.Lost>();

        (await Other.ReadAsync(Election, Token)).ShouldBeNull();
        (await Other.AcquireAsync(Claim("b"), Token)).ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task A_renewal_never_takes_over()
    {
        var held = await AcquireAsync("a");
        await PassAsync(Lease + Grain);
        var successor = (await Other.AcquireAsync(Claim("b"), Token)).Lease!;

        (await Store.RenewAsync(Election, held.FencingToken, Lease, Token)).ShouldBeOfType<LeaseAnswer.Lost>();

        (await Store.ReadAsync(Election, Token))!.FencingToken.ShouldBe(successor.FencingToken);
    }

    [Fact]
    public async Task A_term_that_is_over_releases_nothing()
    {
        var old = await AcquireAsync("a");
        await PassAsync(Lease + Grain);
        var current = (await Other.AcquireAsync(Claim("a"), Token)).Lease!;

        (await Store.ReleaseAsync(Election, old.FencingToken, Token)).ShouldBeFalse();

        (await Store.ReadAsync(Election, Token))!.FencingToken.ShouldBe(current.FencingToken);
    }

    [Fact]
    public async Task Releasing_twice_does_nothing_the_second_time()
    {
        var held = await AcquireAsync("a");
        (await Store.ReleaseAsync(Election, held.FencingToken, Token)).ShouldBeTrue();

        (await Store.ReleaseAsync(Election, held.FencingToken, Token)).ShouldBeFalse();

        (await Store.ReadAsync(Election, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_renewal_after_the_release_does_not_bring_the_lease_back()
    {
        var held = await AcquireAsync("a");
        await Store.ReleaseAsync(Election, held.FencingToken, Token);

        (await Store.RenewAsync(Election, held.FencingToken, Lease, Token)).ShouldBeOfType<LeaseAnswer.Lost>();

        (await Store.ReadAsync(Election, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Releases_and_renewals_that_race_leave_no_lease_behind()
    {
        for (var round = 0; round < 20; round++)
        {
            var held = await AcquireAsync("a");

            await Task.WhenAll(
                Task.Run(() => Other.RenewAsync(Election, held.FencingToken, Lease, Token)),
                Task.Run(() => Store.ReleaseAsync(Election, held.FencingToken, Token)),
                Task.Run(() => Other.RenewAsync(Election, held.FencingToken, Lease, Token)));

            (await Store.ReadAsync(Election, Token)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Tokens_rise_over_release_expiry_and_cleanup()
    {
        var tokens = new List<long>();
        var lease = await AcquireAsync("a");
        tokens.Add(lease.FencingToken);
        await Store.ReleaseAsync(Election, lease.FencingToken, Token);

        tokens.Add((await AcquireAsync("a")).FencingToken);
        await PassAsync(Lease + Grain);
        tokens.Add((await AcquireAsync("b")).FencingToken);
        await PassAsync(Lease + Grain);
        (await Store.DeleteExpiredAsync(TimeSpan.Zero, Token)).ShouldBe(1);
        tokens.Add((await AcquireAsync("c")).FencingToken);

        tokens.ShouldBe(tokens.Distinct().Order());
        tokens.Count.ShouldBe(4);
    }
}
