using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

/// <summary>Elections that come and go while the app runs; on real time, and whatever hangs fails after a
/// while.</summary>
public class ElectorFactoryTests
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(null);

    [Fact]
    public async Task What_is_created_contends_in_the_store_of_the_app()
    {
        using var host = await StartAsync();
        await using var elector = FactoryOf(host).Create("tenant-7");

        var term = await LeadsSoonAsync(elector);

        term.ElectionName.ShouldBe("tenant-7");
        var store = host.Services.GetRequiredService<InMemoryLeaseStore>();
        (await store.ReadAsync("tenant-7", CancellationToken.None))!.FencingToken.ShouldBe(term.FencingToken);
    }

    [Fact]
    public async Task It_contends_before_the_host_has_started_too()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        using var host = _builder.Build();

        await LeadsSoonAsync(FactoryOf(host).Create("tenant-7"));
    }

    [Fact]
    public async Task It_lives_until_it_is_disposed_and_leaves_nothing_behind()
    {
        using var host = await StartAsync();
        var (factory, elections) = (FactoryOf(host), host.Services.GetRequiredService<AppElections>());
        var elector = factory.Create("tenant-7");
        await LeadsSoonAsync(elector);

        elections.Names.ShouldBe(["default", "tenant-7"]);
        elections.IsCreated("tenant-7").ShouldBeTrue();
        elections.IsCreated("default").ShouldBeFalse();
        elections.GetElector("tenant-7").ShouldBeSameAs(elector);
        elections.GetElectorOfAnyKind("tenant-7").ShouldBeSameAs(elector);
        elections.CreatedFrom().ShouldBe([elector]);
        await elector.DisposeAsync();

        elections.Names.ShouldBe(["default"]);
        elections.CreatedFrom().ShouldBeEmpty();
        elections.FindElectorOfAnyKind("tenant-7").ShouldBeNull();
        var store = host.Services.GetRequiredService<InMemoryLeaseStore>();
        (await store.ReadAsync("tenant-7", CancellationToken.None)).ShouldBeNull("it was given away");
        await using var again = factory.Create("tenant-7");
        await LeadsSoonAsync(again);
        await elector.DisposeAsync();
        elections.GetElector("tenant-7").ShouldBeSameAs(again, "the second disposal of another is nothing to it");
    }

    [Fact]
    public async Task A_name_is_free_again_only_when_the_work_of_its_elector_has_ended()
    {
        using var host = await StartAsync();
        var factory = FactoryOf(host);
        var elector = factory.Create("tenant-7");
        var (disposed, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var work = elector.RunAsLeaderAsync(async (_, _) =>
        {
            await elector.DisposeAsync();
            disposed.SetResult();
            await mayEnd.Task;
        }, CancellationToken.None);
        await disposed.Task.WaitAsync(Arena.RealTimeLimit);

        Should.Throw<InvalidOperationException>(() => factory.Create("tenant-7"));
        mayEnd.SetResult();
        await elector.DisposeAsync();

        await factory.Create("tenant-7").DisposeAsync();
        await work.WaitAsync(Arena.RealTimeLimit);
    }

    [Fact]
    public async Task The_options_are_those_of_the_election_it_is_created_from()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        _builder.Services.AddLeaderElection("billing", options =>
        {
            options.InstanceId = "node-7";
            options.Endpoint = new Uri("http://node-7:8080/");
            options.LeaseDuration = TimeSpan.FromSeconds(20);
            options.LockId = 5;
        }).UseInMemory();
        using var host = _builder.Build();
        LeaderElectionOptions? given = null;
        await using var elector = FactoryOf(host, "billing").Create("tenant-7", options =>
        {
            given = options;
            options.LeaseDuration = TimeSpan.FromSeconds(30);
        });

        elector.InstanceId.ShouldBe("node-7");
        elector.Status.Whole.ShouldBe(TimeSpan.FromSeconds(30));
        given!.Endpoint.ShouldBe(new Uri("http://node-7:8080/"));
        given.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(9), "it follows the lease");
        given.LockId.ShouldBe(new LeaderElectionOptions { ElectionName = "tenant-7" }.LockId);
        host.Services.GetRequiredService<IOptionsMonitor<LeaderElectionOptions>>().Get("billing").LeaseDuration
            .ShouldBe(TimeSpan.FromSeconds(20), "the app's election has its own");
    }

    [Fact]
    public async Task Without_a_key_it_is_the_factory_of_the_first_election()
    {
        var stores = new[] { new InMemoryLeaseStore(), new InMemoryLeaseStore() };
        var made = 0;
        _builder.Services.AddLeaderElection("billing").UseStore(_ => stores[made++]);
        _builder.Services.AddLeaderElection("reports").UseInMemory();
        using var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);

        await LeadsSoonAsync(FactoryOf(host).Create("tenant-7"));

        FactoryOf(host).ShouldBeSameAs(FactoryOf(host, "billing"));
        FactoryOf(host).ShouldNotBeSameAs(FactoryOf(host, "reports"));
        (await stores[0].ReadAsync("tenant-7", CancellationToken.None)).ShouldNotBeNull();
        made.ShouldBe(1, "the store is made once for the election and all created from it");
    }

    [Fact]
    public async Task A_name_that_is_there_already_is_refused()
    {
        _builder.Services.AddLeaderElection(options => options.ElectionName = "orders").UseInMemory();
        _builder.Services.AddLeaderElection("billing").UseInMemory();
        using var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        var factory = FactoryOf(host);
        await using var elector = factory.Create("tenant-7");

        foreach (var name in (string[])["default", "orders", "billing"])
        {
            Should.Throw<InvalidOperationException>(() => factory.Create(name))
                .Message.ShouldContain($"has an election '{name}' already: it was added with");
        }

        Should.Throw<InvalidOperationException>(() => FactoryOf(host, "billing").Create("tenant-7"))
            .Message.ShouldContain("which was created before and has not ended. Dispose its elector first");
    }

    [Fact]
    public async Task What_cannot_be_used_is_refused_and_its_name_stays_free()
    {
        using var host = await StartAsync();
        var factory = FactoryOf(host);

        Should.Throw<ArgumentNullException>(() => factory.Create(null!));
        Should.Throw<ArgumentException>(() => factory.Create(" ")).Message.ShouldContain("ElectionName");
        Should.Throw<ArgumentException>(() => factory.Create(new string('x', 201))).Message.ShouldContain("201");
        Should.Throw<ArgumentException>(() => factory.Create("a", options => options.LeaseDuration = TimeSpan.Zero))
            .Message.ShouldContain("LeaseDuration is 0 ms");
        Should.Throw<ArgumentException>(() => factory.Create("a", options => options.ElectionName = "b"))
            .Message.ShouldContain("ElectionName to 'b', but election 'a'");
        Should.Throw<TimeoutException>(() => factory.Create("a", _ => throw new TimeoutException()));

        host.Services.GetRequiredService<AppElections>().Names.ShouldBe(["default"]);
        await factory.Create("a").DisposeAsync();
    }

    [Fact]
    public void An_election_without_a_store_creates_none_and_says_which_methods_give_one()
    {
        _builder.Services.AddLeaderElection().UseElector(_ => new FakeLeaderElector());
        using var host = _builder.Build();

        Should.Throw<InvalidOperationException>(() => FactoryOf(host).Create("tenant-7")).Message.ShouldContain(
            "'default' has no store to create elections in. UsePostgres(…), UseInMemory() and UseStore(…)");
    }

    [Fact]
    public async Task Names_may_come_and_go_on_many_threads()
    {
        using var host = await StartAsync();
        var factory = FactoryOf(host);
        var created = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 400), async (number, _) =>
        {
            try
            {
                await using var elector = factory.Create($"tenant-{number % 10}");
                Interlocked.Increment(ref created);
                await LeadsSoonAsync(elector);
            }
            catch (InvalidOperationException)
            {
                // Another has it.
            }
        });

        created.ShouldBeGreaterThanOrEqualTo(10);
        host.Services.GetRequiredService<AppElections>().Names.ShouldBe(["default"]);
    }

    private async Task<IHost> StartAsync()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        return host;
    }

    private static ILeaderElectorFactory FactoryOf(IHost host, string? name = null) => name is null
        ? host.Services.GetRequiredService<ILeaderElectorFactory>()
        : host.Services.GetRequiredKeyedService<ILeaderElectorFactory>(name);

    private static Task<Leadership> LeadsSoonAsync(ILeaderElector elector) =>
        elector.WaitForLeadershipAsync().WaitAsync(Arena.RealTimeLimit);
}
