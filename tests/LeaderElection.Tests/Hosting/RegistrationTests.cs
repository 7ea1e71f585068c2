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
        elector.ShouldBeSameAs(provider.GetRequiredKeyedService<LeaseElector>("default"));
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
    public void The_last_store_named_is_the_one_used()
    {
        var store = new ScriptedStore(new ManualClock());
        _services.AddLeaderElection().UseInMemory().UseStore(_ => store);
        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredKeyedService<ElectionStore>("default").Store.ShouldBeSameAs(store);
    }

    [Fact]
    public void Elections_of_one_app_share_the_memory()
    {
        _services.AddLeaderElection("billing").UseInMemory();
        _services.AddLeaderElection("shipping").UseInMemory();
        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredKeyedService<ElectionStore>("billing").Store
            .ShouldBeSameAs(provider.GetRequiredKeyedService<ElectionStore>("shipping").Store);
    }

    [Fact]
    public async Task A_provider_that_is_disposed_synchronously_stops_its_elector()
    {
        _services.AddLeaderElection().UseInMemory();
        var provider = _services.BuildServiceProvider();
        var elector = provider.GetRequiredKeyedService<LeaseElector>("default");
        var store = provider.GetRequiredService<InMemoryLeaseStore>();
        await elector.StartAsync();
        var term = await elector.WaitForLeadershipAsync().WaitAsync(Arena.RealTimeLimit);

        await Task.Run(provider.Dispose).WaitAsync(Arena.RealTimeLimit);

        term.Lost.IsCancellationRequested.ShouldBeTrue();
        (await store.ReadAsync("default", CancellationToken.None)).ShouldBeNull();
    }
}
