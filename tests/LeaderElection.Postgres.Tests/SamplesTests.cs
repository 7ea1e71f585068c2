using System.Diagnostics;
using LeaderElection.Contracts;

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
        using var first = new Instance(sample, database.ConnectionString);
        await first.PrintsAsync(working);
        using var second = new Instance(sample, database.ConnectionString);
        await second.PrintsAsync(started);

        var began = Stopwatch.GetTimestamp();
        await first.TerminateAsync();
        await second.PrintsAsync(working);

        // The lease lasts 5 s or more: only a hand-over is that quick.
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(4));
        (await first.ExitsAsync()).ShouldBe(0);
        await second.TerminateAsync();
        (await second.ExitsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_sample_of_fenced_transactions_writes_in_every_way_and_is_refused_in_the_end()
    {
        await using var database = await server.NewDatabaseAsync();
        using var instance = new Instance("FencedTransactions", database.ConnectionString);

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
        using var instance = new Instance("FencingToken", database.ConnectionString);

        await instance.PrintsAsync("Written: 'carried on' by term 2 of 'next'");
        await instance.PrintsAsync("Refused: 'carried on, too late' by term 1 of 'paused'");
        (await instance.ExitsAsync()).ShouldBe(0);
    }

    private sealed class Instance : IDisposable
    {
        private readonly Process _process;
        private readonly Lock _gate = new();
        private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
        private string _output = "";

        public Instance(string sample, string connectionString)
        {
            var output = Path.GetRelativePath(
                Path.Combine(Sources.Root, "tests/LeaderElection.Postgres.Tests"), AppContext.BaseDirectory);
            var program = Path.Combine(Sources.Root, "samples", sample, output, $"{sample}.dll");
            _process = new Process
            {
                StartInfo = new ProcessStartInfo("dotnet", [program])
                {
                    RedirectStandardOutput = true,
                    Environment = { ["LEADER_ELECTION_POSTGRES"] = connectionString },
                },
            };
            _process.OutputDataReceived += (_, line) => Take(line.Data);
            _process.Start();
            _process.BeginOutputReadLine();
        }

        public Task PrintsAsync(string text)
        {
            lock (_gate)
            {
                if (_output.Contains(text, StringComparison.Ordinal))
                    return Task.CompletedTask;
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _awaited.Add((text, seen));
                return seen.Task.WaitAsync(TestTime.Patience);
            }
        }

        public async Task TerminateAsync()
        {
            // Not SIGINT: scripts start their children with that one ignored.
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }

        public async Task<int> ExitsAsync()
        {
            using var patience = new CancellationTokenSource(TestTime.Patience);
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }

        private void Take(string? line)
        {
            lock (_gate)
            {
                _output += line + '\n';
                foreach (var (text, seen) in _awaited)
                {
                    if (_output.Contains(text, StringComparison.Ordinal))
                        seen.TrySetResult();
                }
            }
        }
    }
}
