using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.Tests;

/// <summary>What was created and not disposed stops with the host, or with the container.</summary>
public class ElectorFactoryStopTests
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(null);

    [Fact]
    public async Task Ten_thousand_that_are_left_stop_with_the_host()
    {
        using var host = await StartAsync();
        var factory = FactoryOf(host);
        var left = Enumerable.Range(0, 10_000).Select(number => factory.Create($"tenant-{number}")).ToList();
        var elections = host.Services.GetRequiredService<AppElections>();
        elections.Names.Count.ShouldBe(10_001);
        Should.Throw<InvalidOperationException>(() => elections.GetElector("nobody"))
            .Message.Length.ShouldBeLessThan(500);

        await host.StopAsync().WaitAsync(10 * Arena.RealTimeLimit);

        left.ShouldAllBe(elector => !elector.Status.IsRunning && !elector.IsLeader);
        elections.Names.ShouldBe(["default"]);
        Should.Throw<ObjectDisposedException>(() => factory.Create("late")).Message.ShouldContain("has stopped");
    }

    /// <summary>Stopped one after the other, the second would not be told before the work of the first had ended, which
    /// waits for it.</summary>
    [Fact]
    public async Task They_stop_at_the_same_time()
    {
        _builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromHours(1));
        void Patiently(LeaderElectionOptions options) => options.DrainTimeout = 2 * Arena.RealTimeLimit;
        using var host = await StartAsync();
        using var told = new CountdownEvent(3);
        var allTold = new TaskCompletionSource();
        foreach (var name in (string[])["a", "b", "c"])
        {
            var works = new TaskCompletionSource();
            _ = FactoryOf(host).Create(name, Patiently).RunAsLeaderAsync(async (_, lost) =>
            {
                await using var registration = lost.Register(() =>
                {
                    if (told.Signal())
                        allTold.SetResult();
                });
                works.SetResult();
                await allTold.Task;
            }, CancellationToken.None);
            await works.Task.WaitAsync(Arena.RealTimeLimit);
        }

        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);

        allTold.Task.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_registered_later_has_stopped_before_they_do()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        _builder.Services.AddHostedService<Tenant>();
        using var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);

        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);

        host.Services.GetServices<IHostedService>().OfType<Tenant>().Single().LedWhenStopped.ShouldBe(true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_without_a_host_stops_them_before_their_store_is_gone(bool isAsynchronous)
    {
        var services = new ServiceCollection();
        services.AddSingleton<FragileStore>();
        services.AddLeaderElection().UseStore(provider => provider.GetRequiredService<FragileStore>().Leases);
        var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<ILeaderElectorFactory>();
        var elector = factory.Create("tenant-7");
        await LeadsSoonAsync(elector);
        var store = provider.GetRequiredService<FragileStore>();

        if (isAsynchronous)
            await provider.DisposeAsync().AsTask().WaitAsync(Arena.RealTimeLimit);
        else
            await Task.Run(provider.Dispose).WaitAsync(Arena.RealTimeLimit);

        store.HadLeaseWhenDisposed.ShouldBe(false);
        elector.IsLeader.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => factory.Create("late"));
    }

    private async Task<IHost> StartAsync()
    {
        _builder.Services.AddLeaderElection().UseInMemory();
        var host = _builder.Build();
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        return host;
    }

    private static ILeaderElectorFactory FactoryOf(IHost host) =>
        host.Services.GetRequiredService<ILeaderElectorFactory>();

    private static Task<Leadership> LeadsSoonAsync(ILeaderElector elector) =>
        elector.WaitForLeadershipAsync().WaitAsync(Arena.RealTimeLimit);

    private sealed class Tenant(ILeaderElectorFactory factory) : IHostedService
    {
        private readonly IOwnedLeaderElector _elector = factory.Create("tenant-7");

        public bool? LedWhenStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => LeadsSoonAsync(_elector);

        public Task StopAsync(CancellationToken cancellationToken)
        {
            LedWhenStopped = _elector.IsLeader;
            return Task.CompletedTask;
        }
    }

    private sealed class FragileStore : IDisposable
    {
        public InMemoryLeaseStore Leases { get; } = new();

        public bool? HadLeaseWhenDisposed { get; private set; }

        public void Dispose() => HadLeaseWhenDisposed ??=
            Leases.ReadAsync("tenant-7", CancellationToken.None).GetAwaiter().GetResult() is not null;
    }
}
