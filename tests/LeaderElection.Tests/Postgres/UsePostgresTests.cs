extern alias PostgresPackage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PostgresPackage::Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.Tests;

/// <summary>What a container makes of <c>UsePostgres</c>, before anything is asked of a database.</summary>
public sealed class UsePostgresTests
{
    private const string Secret = "hunter2-very-secret";

    [Fact]
    public async Task What_the_user_sets_in_code_runs_once_for_each_election()
    {
        var runs = new Dictionary<string, int>();
        var services = new ServiceCollection();
        for (var number = 1; number <= 10; number++)
        {
            var name = $"election {number}";
            services.AddLeaderElection(name).UsePostgres("Host=db", options =>
            {
                runs[name] = runs.GetValueOrDefault(name) + 1;
                options.Schema = name;
            });
        }

        await using var provider = services.BuildServiceProvider();
        for (var number = 1; number <= 10; number++)
            provider.GetRequiredKeyedService<ILeaderElector>($"election {number}");

        runs.Count.ShouldBe(10);
        runs.Values.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task Elections_of_one_place_share_a_store_and_those_of_another_do_not()
    {
        await using var provider = Services().BuildServiceProvider();
        var stores = provider.GetRequiredService<SharedPostgresStores>();
        var uses = provider.GetServices<PostgresUse>().ToDictionary(use => use.Name, stores.Get);

        uses["billing"].ShouldBeSameAs(uses["reports"]);
        uses["audit"].ShouldNotBeSameAs(uses["billing"]);
    }

    [Fact]
    public async Task A_driver_timeout_that_nobody_sets_is_that_of_the_election_that_waits_longest()
    {
        await using var provider = Services().BuildServiceProvider();
        var stores = provider.GetRequiredService<SharedPostgresStores>();
        var uses = provider.GetServices<PostgresUse>().ToDictionary(use => use.Name);

        stores.OptionsOf(uses["billing"]).DriverTimeout.ShouldBe(TimeSpan.FromSeconds(20));
        stores.OptionsOf(uses["reports"]).DriverTimeout.ShouldBe(TimeSpan.FromSeconds(20));
        stores.OptionsOf(uses["audit"]).DriverTimeout.ShouldBe(TimeSpan.FromSeconds(7), "somebody set it");
    }

    [Fact]
    public async Task UsePostgres_without_a_data_source_says_what_to_register()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection().UsePostgres();
        using var host = builder.Build();

        var error = await Should.ThrowAsync<InvalidOperationException>(host.StartAsync());

        error.Message.ShouldContain("NpgsqlDataSource");
        error.Message.ShouldContain("'default'");
    }

    [Fact]
    public void Diagnostics_of_the_container_hold_no_password()
    {
        var services = Services();
        services.AddLeaderElection("secret").UsePostgres($"Host=db;Password={Secret}");

        string.Join('\n', services.Select(service => service.ToString())).ShouldNotContain(Secret);
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLeaderElection("billing", Waits(10)).UsePostgres("Host=db");
        services.AddLeaderElection("reports", Waits(20)).UsePostgres("Host=db");
        services.AddLeaderElection("audit", Waits(30)).UsePostgres("Host=db", options =>
        {
            options.TableName = "audit_lease";
            options.DriverTimeout = TimeSpan.FromSeconds(7);
        });
        return services;
    }

    private static Action<LeaderElectionOptions> Waits(int seconds) => options =>
    {
        options.LeaseDuration = TimeSpan.FromMinutes(10);
        options.StoreTimeout = TimeSpan.FromSeconds(seconds);
    };
}
