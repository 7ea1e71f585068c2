using System.Text;

namespace LeaderElection.Tests.Simulation;

/// <summary>Whether the simulation finds bugs: each is planted into the production code, which then runs.</summary>
public class MutantTests
{
    private const int MostSeeds = 100;
    private const string Begin = "<!-- mutants: begin -->";
    private const string End = "<!-- mutants: end -->";
    private const string Accept = "ACCEPT_PROOF";

    /// <summary>docs/proof.md says how many seeds each takes; run with ACCEPT_PROOF=1 to write it anew.</summary>
    [Fact]
    public void Every_planted_bug_is_caught_as_the_proof_says()
    {
        var compiler = new MutantCompiler();
        var caught = Mutants.All.AsParallel().AsOrdered()
            .Select(mutant => (Mutant: mutant, Caught: compiler.Run(mutant, MostSeeds))).ToList();

        caught.Where(result => result.Caught is null).Select(result => result.Mutant.Name).ShouldBeEmpty();

        var path = Path.Combine(Sources.Root, "docs/proof.md");
        var proof = File.ReadAllText(path);
        var before = proof.IndexOf(Begin, StringComparison.Ordinal);
        var after = proof.IndexOf(End, StringComparison.Ordinal);
        var expected = proof[..(before + Begin.Length)] + Table(caught!) + proof[after..];
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            File.WriteAllText(path, expected);
        else
            proof.ShouldBe(expected, $"run this test with {Accept}=1 to write the table anew");
    }

    [Fact]
    public void Code_without_a_planted_bug_is_not_caught() =>
        new MutantCompiler().Run(new Mutant("none"), 5).ShouldBeNull();

    [Fact]
    public void A_mutant_that_no_longer_fits_the_code_says_so()
    {
        var mutant = new Mutant("stale", Edit.Drop(nameof(Alarm), nameof(Alarm.Ring), "no such text"));

        var message = Should.Throw<InvalidOperationException>(() => new MutantCompiler().Run(mutant, 1)).Message;
        message.ShouldContain("'stale'");
        message.ShouldContain("Alarm.Ring");
        message.ShouldContain("no such text");
    }

    private static string Table(IEnumerable<(Mutant Mutant, Caught Caught)> results)
    {
        var table = new StringBuilder("\n| planted bug | seeds until caught | promise broken |\n|---|--:|---|\n");
        foreach (var (mutant, caught) in results)
            table.Append('|').Append(' ').AppendJoin(" | ", mutant.Name, caught.Seed, caught.Promise).Append(" |\n");
        return table.ToString();
    }
}
