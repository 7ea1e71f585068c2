using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

/// <summary>Real hosts on real time; whatever hangs fails after a while.</summary>
public class HostTests
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(null);

    [Fact]
    public async Task A_host_starts_and_stops_its_election()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        using var host = _builder.Build();
        var store = host.Services.GetRequiredService<InMemoryLeaseStore>();

        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        var elector = host.Services.GetRequiredService<ILeaderElector>();
        var term = await elector.WaitForLeadershipAsync().WaitAsync(Arena.RealTimeLimit);
        (await store.ReadAsync("default", CancellationToken.None))!.FencingToken.ShouldBe(term.FencingToken);
        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);

        elector.IsLeader.ShouldBeFalse();
        (await store.ReadAsync("default", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_registered_later_has_stopped_before_the_lease_is_given_away()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        _builder.Services.AddHostedService<LastWords>();
        using var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        await host.Services.GetRequiredService<ILeaderElector>().WaitForLeadershipAsync()
            .WaitAsync(Arena.RealTimeLimit);

        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);

        var lastWords = host.Services.GetServices<IHostedService>().OfType<LastWords>().Single();
        lastWords.WasLeaderWhenStopped.ShouldBe(true);
    }

    [Fact]
    public async Task A_host_boots_although_the_store_is_down()
    {
        var store = new ScriptedStore(new ManualClock());
        store.Break(Fault.Throw());
        _builder.Services.AddLeaderElection().UseStore(_ => store);
        using var host = _builder.Build();

        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        host.Services.GetRequiredService<ILeaderElector>().IsLeader.ShouldBeFalse();

        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);
    }

    [Fact]
    public async Task Without_a_store_the_host_does_not_start_and_says_what_to_do()
    {
        _builder.Services.AddLeaderElection("billing");
        using var host = _builder.Build();

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync());

        exception.Message.ShouldContain("Election 'billing' has no store");
        exception.Message.ShouldContain("UsePostgres");
    }

    [Fact]
    public async Task Refused_options_keep_the_host_from_starting_before_the_store_is_made()
    {
        var made = 0;
        _builder.Services.AddLeaderElection(options => options.StoreTimeout = TimeSpan.FromSeconds(5)).UseStore(_ =>
        {
            made++;
            return new InMemoryLeaseStore();
        });
        using var host = _builder.Build();

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        exception.Message.ShouldContain("2 × 5000 ms");
        made.ShouldBe(0);
    }

    private sealed class LastWords(ILeaderElector elector) : IHostedService
    {
        public bool? WasLeaderWhenStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            WasLeaderWhenStopped = elector.IsLeader;
            return Task.CompletedTask;
        }
    }
}
