using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

public class RegistrationTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public void The_unnamed_election_is_injected_without_a_key()
    {
        _services.AddLeaderElection(options => options.ElectionName = "orders").UseInMemory();
        using var provider = _services.BuildServiceProvider();

        var elector = provider.GetRequiredService<ILeaderElector>();

        elector.ElectionName.ShouldBe("orders");
        elector.ShouldBeSameAs(provider.GetRequiredKeyedService<ILeaderElector>("default"));
        elector.ShouldBeOfType<LeaseElector>();
        provider.GetServices<IHostedService>().ShouldHaveSingleItem();
    }

    [Fact]
    public void The_first_of_several_is_also_the_one_without_a_key()
    {
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection("shipping").UseInMemory();
        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredKeyedService<ILeaderElector>("billing").ElectionName.ShouldBe("billing");
        provider.GetRequiredKeyedService<ILeaderElector>("shipping").ElectionName.ShouldBe("shipping");
        provider.GetRequiredService<ILeaderElector>()
            .ShouldBeSameAs(provider.GetRequiredKeyedService<ILeaderElector>("billing"));
        provider.GetServices<IHostedService>().Count().ShouldBe(2);
    }

    [Fact]
    public void The_apps_elections_can_be_listed_and_found()
    {
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection().UseInMemory();
        using var provider = _services.BuildServiceProvider();

        var elections = provider.GetRequiredService<AppElections>();

        elections.Names.ShouldBe(["billing", "default"]);
        elections.GetElector().ElectionName.ShouldBe("billing");
        elections.GetElector("default").ShouldBeSameAs(provider.GetRequiredKeyedService<ILeaderElector>("default"));
        Should.Throw<InvalidOperationException>(() => elections.GetElector("bilingg"))
            .Message.ShouldContain("no election 'bilingg'; it has 'billing', 'default'");
    }

    [Fact]
    public void An_election_cannot_be_added_twice()
    {
        _services.AddLeaderElection("billing");
        _services.AddLeaderElection();

        Should.Throw<InvalidOperationException>(() => _services.AddLeaderElection("billing"))
            .Message.ShouldContain("'billing' is added twice");
        Should.Throw<InvalidOperationException>(() => _services.AddLeaderElection())
            .Message.ShouldContain("'default' is added twice");
        Should.Throw<ArgumentException>(() => _services.AddLeaderElection(" "));
    }

    [Fact]
    public void Two_elections_cannot_have_one_name_in_the_store()
    {
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection("invoices", options => options.ElectionName = "billing").UseInMemory();
        using var provider = _services.BuildServiceProvider();

        Should.Throw<InvalidOperationException>(() => provider.GetRequiredService<ILeaderElector>())
            .Message.ShouldContain("'billing' and 'invoices' both have the ElectionName 'billing'");
    }

    [Fact]
    public void Code_is_the_strongest_source_of_options()
    {
        var settings = new Dictionary<string, string?>
        {
            ["LeaderElection:LeaseDuration"] = "20000", ["LeaderElection:InstanceId"] = "from the section",
        };
        _services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        _services.AddLeaderElection(options => options.LeaseDuration = TimeSpan.FromSeconds(30)).UseInMemory();
        using var provider = _services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<LeaderElectionOptions>>().CurrentValue;

        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(30));
        provider.GetRequiredService<ILeaderElector>().InstanceId.ShouldBe("from the section");
    }

    [Fact]
    public void An_election_has_one_elector()
    {
        var election = _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection("shipping").UseInMemory();

        Should.Throw<InvalidOperationException>(election.UseInMemory)
            .Message.ShouldContain("'billing' has an elector already. Call one Use… method for it");
        Should.Throw<InvalidOperationException>(
            () => election.UseStore(_ => new ScriptedStore(new ManualClock())));
        Should.Throw<InvalidOperationException>(() => election.UseElector(_ => new FakeLeaderElector()));
    }

    [Fact]
    public async Task An_elector_of_ones_own_is_injected_and_left_alone_by_the_host()
    {
        var fake = new FakeLeaderElector();
        _services.AddLeaderElection("billing").UseElector(_ => fake);
        await using var provider = _services.BuildServiceProvider();

        provider.GetRequiredService<ILeaderElector>().ShouldBeSameAs(fake);
        provider.GetRequiredKeyedService<ILeaderElector>("billing").ShouldBeSameAs(fake);
        provider.GetRequiredService<AppElections>().GetElectorOfAnyKind("billing").ShouldBeSameAs(fake);
        var hosted = provider.GetServices<IHostedService>().ShouldHaveSingleItem();
        await hosted.StartAsync(CancellationToken.None);
        fake.BecomeLeader();
        await hosted.StopAsync(CancellationToken.None);

        fake.IsLeader.ShouldBeTrue();
    }

    /// <summary>As the README tells those who test an app that has said where its lease is kept.</summary>
    [Fact]
    public async Task The_elector_of_an_election_can_be_replaced_under_its_name()
    {
        var fake = new FakeLeaderElector();
        _services.AddLeaderElection().UseStore(_ => throw new UnreachableException("It was replaced."));
        _services.AddKeyedSingleton<ILeaderElector>("default", fake);
        await using var provider = _services.BuildServiceProvider();

        await provider.GetServices<IHostedService>().ShouldHaveSingleItem().StartAsync(CancellationToken.None);

        provider.GetRequiredService<ILeaderElector>().ShouldBeSameAs(fake);
        provider.GetRequiredService<AppElections>().GetElector().ShouldBeSameAs(fake);
        provider.GetRequiredService<AppElections>().GetElectorOfAnyKind("default").ShouldBeSameAs(fake);
    }

    [Fact]
    public async Task Elections_of_one_app_share_the_memory()
    {
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection("shipping").UseInMemory();
        await using var provider = _services.BuildServiceProvider();

        foreach (var hosted in provider.GetServices<IHostedService>())
            await hosted.StartAsync(CancellationToken.None);
        foreach (var name in (string[])["billing", "shipping"])
        {
            await provider.GetRequiredKeyedService<ILeaderElector>(name).WaitForLeadershipAsync()
                .WaitAsync(Arena.RealTimeLimit);
        }

        var store = provider.GetRequiredService<InMemoryLeaseStore>();
        (await store.ReadAsync("billing", CancellationToken.None)).ShouldNotBeNull();
        (await store.ReadAsync("shipping", CancellationToken.None)).ShouldNotBeNull();
    }

    /// <summary>A kind of election that no part of the host knows.</summary>
    [Fact]
    public void A_best_effort_elector_is_never_taken_for_an_exclusive_one()
    {
        var usually = new UsuallyOne();
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddKeyedSingleton<IElector>("warm", usually);
        using var provider = _services.BuildServiceProvider();
        var elections = provider.GetRequiredService<AppElections>();

        elections.GetElectorOfAnyKind("warm").ShouldBeSameAs(usually);
        elections.GetElectorOfAnyKind("warm").Status.Guarantee.ShouldBe(ElectionGuarantee.BestEffort);
        elections.GetElectorOfAnyKind("billing").Status.Guarantee.ShouldBe(ElectionGuarantee.Exclusive);
        Should.Throw<InvalidOperationException>(() => elections.GetElector("warm"))
            .Message.ShouldContain("Election 'warm' is best effort");
    }

    [Fact]
    public async Task A_provider_that_is_disposed_synchronously_stops_its_elector()
    {
        _services.AddLeaderElection().UseInMemory();
        var provider = _services.BuildServiceProvider();
        var elector = (LeaseElector)provider.GetRequiredService<ILeaderElector>();
        var store = provider.GetRequiredService<InMemoryLeaseStore>();
        await elector.StartAsync();
        var term = await elector.WaitForLeadershipAsync().WaitAsync(Arena.RealTimeLimit);

        await Task.Run(provider.Dispose).WaitAsync(Arena.RealTimeLimit);

        term.Lost.IsCancellationRequested.ShouldBeTrue();
        (await store.ReadAsync("default", CancellationToken.None)).ShouldBeNull();
    }

    private sealed class UsuallyOne : IBestEffortElector
    {
        public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
        {
            add { }
            remove { }
        }

        public string ElectionName => "warm";

        public string InstanceId => "a";

        public bool IsLeader => true;

        public LeaderInfo? Leader => null;

        public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task ReleaseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
