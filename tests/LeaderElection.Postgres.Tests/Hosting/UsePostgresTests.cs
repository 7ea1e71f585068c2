using LeaderElection.Lab;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Elections of a container: which connections they use, and what is left when it is disposed.</summary>
public sealed class UsePostgresTests(TestServer server)
{
    [Fact]
    public async Task A_host_boots_and_stops_while_the_database_is_down()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection().UsePostgres($"Host=127.0.0.1;Port={FreePort.Find()};Username=app");
        using var host = builder.Build();

        await host.StartAsync().WaitAsync(TestTime.Patience);
        host.Services.GetRequiredService<ILeaderElector>().IsLeader.ShouldBeFalse();
        await host.StopAsync().WaitAsync(TestTime.Patience);
    }

    // The container disposed the shared store before the last elector, whose lease then stayed until it ran out.
    [Fact]
    public async Task A_container_disposed_without_a_stop_leaves_no_lease()
    {
        var options = await server.NewSchemaAsync("disposed");
        var services = TwoElections("disposed", "two elections");
        await using (var provider = services.BuildServiceProvider())
        {
            foreach (var hosted in provider.GetServices<IHostedService>())
                await hosted.StartAsync(default);
            await provider.GetRequiredKeyedService<ILeaderElector>("billing").LeadsSoonAsync();
            await provider.GetRequiredKeyedService<ILeaderElector>("reports").LeadsSoonAsync();

            (await server.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'two elections'"))
                .ShouldBeLessThanOrEqualTo(4);
        }

        (await server.QueryAsync<long>($"SELECT count(*) FROM {options.Schema}.leader_lease")).ShouldBe(0);
    }

    [Fact]
    public async Task The_data_source_of_the_app_is_used_and_not_disposed()
    {
        var options = await server.NewSchemaAsync("shared_source");
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(dataSource);
        builder.Services.AddLeaderElection().UsePostgres(use => use.Schema = options.Schema);
        var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<ILeaderElector>().LeadsSoonAsync();
        await host.StopAsync();
        host.Dispose();

        await using var connection = await dataSource.OpenConnectionAsync();
        connection.State.ShouldBe(System.Data.ConnectionState.Open);
    }

    private ServiceCollection TwoElections(string schema, string applicationName)
    {
        var connectionString = server.With(settings => settings.ApplicationName = applicationName);
        var services = new ServiceCollection();
        services.AddLeaderElection("billing").UsePostgres(connectionString, use => use.Schema = schema);
        services.AddLeaderElection("reports").UsePostgres(connectionString, use => use.Schema = schema);
        return services;
    }
}
