using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.AspNetCore.Tests;

public sealed class HealthCheckTests
{
    private readonly ManualClock _clock = new();
    private readonly ScriptedStore _store;

    public HealthCheckTests()
    {
        _store = new ScriptedStore(_clock);
        SynchronizationContext.SetSynchronizationContext(null);
    }

    [Fact]
    public async Task A_leader_is_healthy_and_tells_of_its_term()
    {
        var elector = Started("a");
        _clock.Advance(TimeSpan.FromSeconds(2));

        var result = await Check(elector);

        result.Status.ShouldBe(HealthStatus.Healthy);
        result.Data.ShouldBe(new Dictionary<string, object>
        {
            ["election"] = "billing",
            ["instance"] = "a",
            ["role"] = "leader",
            ["token"] = 1L,
            ["leader"] = "a",
            ["lease_remaining_seconds"] = 7d,
        }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_standby_is_healthy_and_tells_who_leads()
    {
        Started("a");

        var result = await Check(Started("b"));

        result.Status.ShouldBe(HealthStatus.Healthy);
        result.Data["role"].ShouldBe("follower");
        result.Data["leader"].ShouldBe("a");
        result.Data["token"].ShouldBe(1L);
    }

    [Fact]
    public async Task A_store_that_is_silent_for_longer_than_a_poll_degrades()
    {
        var elector = Started("a");
        _store.Break(Fault.Throw());
        _clock.Advance(TimeSpan.FromSeconds(4));
        (await Check(elector)).Status.ShouldBe(HealthStatus.Healthy, "one missed renewal is not news");

        _clock.Advance(TimeSpan.FromSeconds(14));
        var result = await Check(elector);
        result.Status.ShouldBe(HealthStatus.Degraded);
        result.Description.ShouldNotBeNull().ShouldContain("no usable answer for");
        result.Data["last_failure"].ShouldBeOfType<string>().ShouldContain("acquire: The store is down.");

        _store.Heal();
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await Check(elector)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_process_that_is_stuck_past_its_deadline_is_unhealthy()
    {
        var elector = Started("a");

        // Time passes and no timer fires.
        _clock.Suspend(TimeSpan.FromSeconds(20));
        (await Check(elector)).Status.ShouldBe(HealthStatus.Unhealthy);

        _clock.Advance(TimeSpan.FromSeconds(5));
        (await Check(elector)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task An_outage_of_the_store_is_never_unhealthy()
    {
        var elector = Started("a");
        _store.Break(Fault.Hang());

        for (var second = 0; second < 30; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            (await Check(elector)).Status.ShouldNotBe(HealthStatus.Unhealthy);
        }

        (await Check(elector)).Status.ShouldBe(HealthStatus.Degraded);
    }

    [Fact]
    public async Task An_instance_whose_work_has_failed_is_degraded_until_it_is_in_the_race_again()
    {
        var elector = Started("a");
        var failed = elector.RunAsLeaderAsync(
            (_, _) => throw new InvalidOperationException("No mail server."), CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<InvalidOperationException>(() => failed);

        var gone = await Check(elector);
        gone.Status.ShouldBe(HealthStatus.Degraded);
        gone.Description.ShouldNotBeNull().ShouldEndWith(
            "(InvalidOperationException: No mail server.); it stands aside until RunAsLeaderAsync is called again.");
        gone.Data["work_failure"].ShouldBeOfType<string>().ShouldEndWith("No mail server. (1 in a row)");

        _ = elector.RunAsLeaderAsync((_, _) => Task.CompletedTask, CancellationToken.None);
        (await Check(elector)).Description.ShouldNotBeNull().ShouldContain("it stands aside for up to");

        _clock.Advance(TimeSpan.FromSeconds(30));
        (await Check(elector)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_stopped_elector_is_degraded()
    {
        var elector = Started("a");
        var stop = elector.StopAsync(TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await stop;

        (await Check(elector)).Status.ShouldBe(HealthStatus.Degraded);
    }

    [Fact]
    public async Task The_check_for_load_balancers_is_healthy_on_the_leader_only()
    {
        var leader = Started("a");
        var follower = Started("b");

        (await Check(leader, builder => builder.AddLeadership())).Status.ShouldBe(HealthStatus.Healthy);
        (await Check(follower, builder => builder.AddLeadership())).Status.ShouldBe(HealthStatus.Unhealthy);
        (await Check(follower, builder => builder.AddLeadership(failureStatus: HealthStatus.Degraded)))
            .Status.ShouldBe(HealthStatus.Degraded);

        _store.Break(Fault.Hang());
        _clock.Advance(TimeSpan.FromSeconds(9));
        (await Check(leader, builder => builder.AddLeadership())).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task Checks_are_named_after_their_elections()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLeaderElection("billing").UseInMemory();
        services.AddLeaderElection("reports").UseInMemory();
        services.AddHealthChecks()
            .AddLeaderElection().AddLeadership()
            .AddLeaderElection("reports").AddLeadership("reports", tags: ["lb"]);
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken);

        report.Entries.Keys.ShouldBe(
            ["leader_election", "leadership", "leader_election:reports", "leadership:reports"], ignoreOrder: true);
        report.Entries["leader_election"].Data["election"].ShouldBe("billing");
        report.Entries["leadership:reports"].Tags.ShouldBe(["lb"]);
    }

    [Fact]
    public async Task An_unknown_election_stops_the_host_from_starting()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection("billing").UseInMemory();
        builder.Services.AddHealthChecks().AddLeaderElection("bilingg");
        using var host = builder.Build();

        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldContain("no election 'bilingg'; it has 'billing'");
    }

    private LeaseElector Started(string instanceId)
    {
        var options = new LeaderElectionOptions
        {
            ElectionName = "billing",
            InstanceId = instanceId,
            JitterRange = TimeSpan.FromMilliseconds(1),
        };
        var elector = new LeaseElector(_store, options, loggerFactory: null, _clock);
        elector.StartAsync().GetAwaiter().GetResult();
        _clock.Settle();
        return elector;
    }

    private static async Task<HealthReportEntry> Check(
        ILeaderElector elector, Func<IHealthChecksBuilder, IHealthChecksBuilder>? add = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLeaderElection("billing").UseInMemory();
        services.AddSingleton(elector);
        var checks = services.AddHealthChecks();
        _ = add is null ? checks.AddLeaderElection() : add(checks);
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries.ShouldHaveSingleItem().Value;
    }
}
