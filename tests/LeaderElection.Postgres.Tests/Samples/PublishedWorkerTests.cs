using System.Diagnostics;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>The sample of a worker where nothing can be looked up at run time: trimmed, and compiled ahead of
/// time.</summary>
public sealed class PublishedWorkerTests(TestServer server)
{
    [Theory]
    [InlineData("PublishTrimmed")]
    [InlineData("PublishAot")]
    public async Task The_worker_leads_fences_and_stops_when_published_with(string property)
    {
        using var folder = new TemporaryFolder();
        var published = folder["published"];
        (await PublishAsync(property, published)).ShouldNotContain("warning");
        await using var database = await server.NewDatabaseAsync();
        using var worker = SampleProcess.StartPublished(Path.Combine(published, "Worker"), database.ConnectionString);

        await worker.PrintsAsync("Tick in term 1.");
        await worker.TerminateAsync();

        (await worker.ExitsAsync()).ShouldBe(0);
        (await CountAsync(database, "tick WHERE term = 1")).ShouldBeGreaterThan(0);
        (await CountAsync(database, "leader_lease")).ShouldBe(0);
    }

    private static async Task<string> PublishAsync(string property, string folder)
    {
        using var publish = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "publish", Path.Combine(Sources.Root, "samples/Worker"), "-c", "Release", "--use-current-runtime",
                "--self-contained", $"-p:{property}=true", "-o", folder, "--disable-build-servers", "-nologo",
                "-v", "minimal",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        var errors = publish.StandardError.ReadToEndAsync(patience.Token);
        var output = await publish.StandardOutput.ReadToEndAsync(patience.Token) + await errors;
        await publish.WaitForExitAsync(patience.Token);
        publish.ExitCode.ShouldBe(0, output);
        return output;
    }

    private static async Task<long> CountAsync(TestDatabase database, string what)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {what}", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
