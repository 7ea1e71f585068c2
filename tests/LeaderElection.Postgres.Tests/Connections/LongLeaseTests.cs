using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LeaderElection.Postgres.Tests.Connections;

/// <summary>Durations at the ends of what the options allow, against the limits of timers, driver and server.</summary>
public sealed class LongLeaseTests(TestServer server)
{
    // From 67 minutes on the driver's time limit that follows is longer than the store takes.
    [Theory]
    [InlineData("00:00:00.100")]
    [InlineData("01:07:00")]
    [InlineData("1.00:00:00")]
    public async Task Whatever_lease_the_options_allow_starts_leads_and_hands_over(string lease)
    {
        var options = await server.NewSchemaAsync("long_lease");
        using var first = NewHost(options, lease);
        using var second = NewHost(options, lease);
        await first.StartAsync();
        var term = await first.Services.GetRequiredService<ILeaderElector>().LeadsSoonAsync();
        await second.StartAsync();

        await first.StopAsync();

        var next = await second.Services.GetRequiredService<ILeaderElector>().LeadsSoonAsync();
        next.FencingToken.ShouldBeGreaterThan(term.FencingToken);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_term_of_a_day_fences_a_transaction()
    {
        var options = await server.NewSchemaAsync("long_fence");
        using var host = NewHost(options, "1.00:00:00");
        await host.StartAsync();
        var term = await host.Services.GetRequiredService<ILeaderElector>().LeadsSoonAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();

        await using (var transaction = await term.BeginFencedTransactionAsync(connection))
            await transaction.CommitAsync();

        term.IsHeld.ShouldBeTrue();
        await host.StopAsync();
    }

    [Theory]
    [InlineData("00:10:00.001")]
    [InlineData("00:00:00.009")]
    public async Task A_driver_timeout_out_of_range_is_refused_where_it_was_set(string timeout)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection().UsePostgres(
            server.ConnectionString, use => use.DriverTimeout = TimeSpan.Parse(timeout, null));
        using var host = builder.Build();

        var error = await Should.ThrowAsync<ArgumentException>(host.StartAsync());

        error.Message.ShouldContain("DriverTimeout");
    }

    private IHost NewHost(PostgresLeaseOptions options, string lease)
    {
        // Nothing from the files and variables around the tests: every duration follows the lease.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services
            .AddLeaderElection(election => election.LeaseDuration = TimeSpan.Parse(lease, null))
            .UsePostgres(server.ConnectionString, use => use.Schema = options.Schema);
        return builder.Build();
    }
}
