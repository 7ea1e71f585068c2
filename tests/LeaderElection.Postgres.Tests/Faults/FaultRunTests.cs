using LeaderElection.Faults;

namespace LeaderElection.Postgres.Tests;

/// <summary>Everything that can be broken is broken, from a fixed seed; and an elector that must not pass does
/// not.</summary>
public sealed class FaultRunTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);
    private static readonly string Results = Path.Combine(AppContext.BaseDirectory, "results");

    [Fact]
    public async Task Through_sixty_faults_and_more_every_promise_is_kept()
    {
        var path = Path.Combine(Results, "faults.jsonl");

        var (exitCode, printed) = await FaultProgram.RunAsync(Patience, "run", "--seed", "20261121", "--history", path);
        output.WriteLine(printed);
        var history = HistoryReader.Read(path);
        var verdict = Checker.Judge(history);

        verdict.Violations.ShouldBeEmpty();
        verdict.Overlap.ShouldBe(TimeSpan.Zero);
        verdict.Rounds.Sum(round => round.StaleFenced).ShouldBe(0);
        verdict.Rounds.Count.ShouldBeGreaterThanOrEqualTo(60);
        verdict.Rounds.CountBy(round => round.Fault).Where(kind => kind.Value >= 2).Select(kind => kind.Key)
            .ShouldBe(FaultCatalog.All.Select(fault => fault.Name), ignoreOrder: true);
        verdict.Counts.Confirmed.ShouldBeGreaterThan(1000);
        File.Exists(Path.ChangeExtension(path, ".svg")).ShouldBeTrue();
        exitCode.ShouldBe(ExitCode.AllWell);
    }

    // Shows that the test above can fail.
    [Fact]
    public async Task An_elector_with_a_stored_bool_and_no_deadline_is_caught()
    {
        var path = Path.Combine(Results, "faults-naive.jsonl");

        var (exitCode, printed) = await FaultProgram.RunAsync(
            Patience, "run", "--naive", "--seed", "1", "--rounds", "8", "--faults", "freeze-long,swallow", "--history",
            path);
        output.WriteLine(printed);
        var verdict = Checker.Judge(HistoryReader.Read(path));

        verdict.Violations.ShouldContain(violation => violation.Promise == Promise.OneLeader);
        verdict.Overlap.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(10));
        exitCode.ShouldBe(ExitCode.PromiseBroken);
    }
}
