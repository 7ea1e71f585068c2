using System.Net;
using System.Net.Sockets;
using LeaderElection.Lab;

namespace LeaderElection.Postgres.Tests;

/// <summary>The samples as a user runs them.</summary>
public sealed class SamplesTests(TestServer server)
{
    [Theory]
    [InlineData("Standalone", "contends", "Working in term")]
    [InlineData("Worker", "", "Tick in term")]
    public async Task Ending_the_instance_that_leads_brings_the_other_to_power(
        string sample, string started, string working)
    {
        await using var database = await server.NewDatabaseAsync();
        var lease = ("LE_LEASE_DURATION", "120000");
        using var first = new SampleProcess(sample, database.ConnectionString, lease);
        await first.PrintsAsync(working);
        using var second = new SampleProcess(sample, database.ConnectionString, lease);
        await second.PrintsAsync(started);

        // A minute of the lease is left at the least, and nobody waits that long here: it was handed over.
        await first.TerminateAsync();
        await second.PrintsAsync(working);
        (await first.ExitsAsync()).ShouldBe(0);
        await second.TerminateAsync();
        (await second.ExitsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_sample_of_fenced_transactions_writes_in_every_way_and_is_refused_in_the_end()
    {
        await using var database = await server.NewDatabaseAsync();
        using var instance = new SampleProcess("FencedTransactions", database.ConnectionString);

        await instance.PrintsAsync("Written with Npgsql.");
        await instance.PrintsAsync("Written with Dapper.");
        await instance.PrintsAsync("Written with EF Core, its transaction fenced.");
        await instance.PrintsAsync("Written with EF Core in a fenced transaction.");
        await instance.PrintsAsync("Refused: Instance ");
        (await instance.ExitsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_sample_of_a_fencing_token_refuses_the_lower_one()
    {
        await using var database = await server.NewDatabaseAsync();
        using var instance = new SampleProcess("FencingToken", database.ConnectionString);

        await instance.PrintsAsync("Written: 'carried on' by term 2 of 'next'");
        await instance.PrintsAsync("Refused: 'carried on, too late' by term 1 of 'paused'");
        (await instance.ExitsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_web_sample_serves_from_the_leader_and_goes_on_when_it_stops()
    {
        await using var database = await server.NewDatabaseAsync();
        var (firstAddress, secondAddress) = (Address(FreePort.Find()), Address(FreePort.Find()));
        using var first = StartWebApp(database, "first", firstAddress);
        await first.PrintsAsync("'first' leads election 'billing'");
        await first.PrintsAsync("Application started");
        using var second = StartWebApp(database, "second", secondAddress);
        await second.PrintsAsync("Application started");
        using var client = new HttpClient();

        (await PostAsync(client, firstAddress, "invoices")).Text.ShouldStartWith("Invoice 1 sent in term ");
        (await PostAsync(client, secondAddress, "invoices")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await client.GetStringAsync($"{secondAddress}health", TestContext.Current.CancellationToken))
            .ShouldBe("Healthy");
        using (var follower = await client.GetAsync(
            $"{secondAddress}health/leader", TestContext.Current.CancellationToken))
            follower.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        await first.TerminateAsync();
        await second.PrintsAsync("'second' leads election 'billing'");

        (await PostAsync(client, secondAddress, "invoices")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetStringAsync($"{secondAddress}leader-election/status", TestContext.Current.CancellationToken))
            .ShouldContain("second");
        (await first.ExitsAsync()).ShouldBe(0);
        await second.PrintsAsync("span: leader_election acquired");
        await second.TerminateAsync();
        (await second.ExitsAsync()).ShouldBe(0);
        await second.PrintsAsync("metric: leader_election.transitions{");
    }

    [Fact]
    public async Task Two_replicas_start_with_one_command_and_end_with_it()
    {
        var port = FreePort.Find();
        await using var database = await server.NewDatabaseAsync();
        using var replicas = new SampleProcess("WebReplicas", ["--port", $"{port}"], database.ConnectionString);
        await replicas.PrintsAsync($"{port} |       Application started");
        await replicas.PrintsAsync($"{port + 1} |       Application started");
        using var client = new HttpClient();
        (await client.GetStringAsync(new Uri(Address(port), "health"), TestContext.Current.CancellationToken))
            .ShouldBe("Healthy");

        await replicas.TerminateAsync();

        (await replicas.ExitsAsync()).ShouldBe(0);
        foreach (var address in new[] { Address(port), Address(port + 1) })
        {
            await Should.ThrowAsync<HttpRequestException>(
                () => client.GetAsync(address, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("0", 1, "--port is '0'; it must be a whole number from 1 to 65534.")]
    [InlineData("65535", 1, "--port is '65535'")]
    [InlineData("x", 1, "--port is 'x'")]
    [InlineData("", 2, "is in use. Choose another pair of ports: --port ")]
    public async Task A_port_that_cannot_be_used_is_refused(string port, int exitCode, string message)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var argument = port.Length > 0 ? port : $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var replicas = new SampleProcess("WebReplicas", ["--port", argument], server.ConnectionString);

        await replicas.PrintsAsync(message);

        (await replicas.ExitsAsync()).ShouldBe(exitCode);
    }

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}/");

    private static SampleProcess StartWebApp(TestDatabase database, string name, Uri address) => new(
        "WebApp", database.ConnectionString,
        ("ASPNETCORE_URLS", address.ToString()), ("LeaderElection__InstanceId", name));

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(
        HttpClient client, Uri address, string path)
    {
        using var answer = await client.PostAsync(
            new Uri(address, path), content: null, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
