using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests;

public sealed class EffectiveOptionsTests : IDisposable
{
    private readonly LogCollector _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task The_start_says_on_one_line_which_options_hold_and_where_each_came_from()
    {
        var settings = new Dictionary<string, string?>
        {
            ["LeaderElection:StoreTimeout"] = "1000", ["LeaderElection:Elections:billing:LeaseDuration"] = "15000",
        };
        var environment = new Dictionary<string, string?>
        {
            ["LE_INSTANCE_ID"] = "node-7", ["LE_ENDPOINT"] = "https://me:secret@node-7:8080/app?key=secret",
        };
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_logs);
        services.AddSingleton(new EnvironmentVariables(environment));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLeaderElection("billing", options => options.SafetyMargin = TimeSpan.FromMilliseconds(1200.5))
            .UseInMemory();
        await using var provider = services.BuildServiceProvider();

        await provider.GetServices<IHostedService>().Single().StartAsync(default);

        Lines().ShouldHaveSingleItem().ShouldBe(
            "Options of election 'billing': ElectionName 'billing' (the name it was added under), InstanceId 'node-7' "
            + "(LE_INSTANCE_ID), LeaseDuration 15000 ms (LeaderElection:Elections:billing:LeaseDuration), "
            + "RenewalInterval "
            + "4500 ms (from LeaseDuration), JitterRange 3000 ms (from LeaseDuration), SafetyMargin 1200.5 ms (code), "
            + "StoreTimeout 1000 ms (LeaderElection:StoreTimeout), CleanupInterval 90000 ms (from LeaseDuration), "
            + "DrainTimeout 15000 ms (from LeaseDuration), ReleaseCooldown 15000 ms (from LeaseDuration), "
            + $"ClockJumpTolerance 0 ms (default), LockId {StableHash.Of("billing")} (from ElectionName), Endpoint "
            + "https://node-7:8080/app (LE_ENDPOINT).");
    }

    [Fact]
    public async Task An_elector_without_a_host_says_it_once_too()
    {
        var options = new LeaderElectionOptions();
        await using var elector = new LeaseElector(new InMemoryLeaseStore(), options, _logs);

        options.LeaseDuration = TimeSpan.FromSeconds(20);
        await elector.StartAsync();
        await elector.StartAsync();

        var line = Lines().ShouldHaveSingleItem();
        line.ShouldContain("LeaseDuration 10000 ms (default)",
            Case.Sensitive, "it was copied when the elector was made");
        line.ShouldContain($"InstanceId '{options.InstanceId}' (default)");
        line.ShouldEndWith("Endpoint none (default).");
    }

    private IEnumerable<string> Lines() =>
        _logs.Entries.Where(entry => entry is { EventId: 1021, Level: LogLevel.Information })
            .Select(entry => entry.Message);
}
