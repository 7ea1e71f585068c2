using System.Globalization;

namespace LeaderElection.Tests.Simulation;

/// <summary>The real elector in five hundred worlds of half an hour each, every one lived through twice.</summary>
public class SimulationTests(SimulationTests.FiveHundredWorlds worlds)
    : IClassFixture<SimulationTests.FiveHundredWorlds>
{
    [Fact]
    public void Every_world_keeps_every_promise() =>
        worlds.First.Where(outcome => outcome.Violation is not null)
            .Select(outcome => $"seed {outcome.Seed}: {outcome.Violation}").ShouldBeEmpty();

    [Fact]
    public void The_same_seed_has_the_same_trace() =>
        worlds.First.Zip(worlds.Second)
            .Where(pair => pair.First.Hash != pair.Second.Hash)
            .Select(pair => pair.First.Seed).ShouldBeEmpty();

    [Fact]
    public void Different_seeds_have_different_traces() =>
        worlds.First.DistinctBy(outcome => outcome.Seed).DistinctBy(outcome => outcome.Hash).Count()
            .ShouldBe(worlds.First.DistinctBy(outcome => outcome.Seed).Count());

    /// <summary>A world in which nothing goes wrong would prove nothing.</summary>
    [Fact]
    public void All_that_can_happen_happens_often() =>
        Enum.GetValues<Happening>()
            .Select(what => (What: what, Times: worlds.First.Sum(outcome => outcome.Counts[(int)what])))
            .Where(count => count.Times < FiveHundredWorlds.Often)
            .ShouldBeEmpty();

    [Fact]
    public void A_replay_tells_the_same_story()
    {
        using var text = new StringWriter();
        var outcome = World.Run(1, text);

        outcome.Hash.ShouldBe(worlds.First.First(first => first.Seed == 1).Hash);
        text.ToString().ShouldContain("Granted 1");
    }

    public sealed class FiveHundredWorlds
    {
        internal const int Often = 200;

        /// <summary>Those that ever failed first.</summary>
        private static IEnumerable<int> Seeds =>
        [
            .. File.ReadLines(Path.Combine(Sources.Root, "tests/LeaderElection.Tests/Simulation/known-seeds.txt"))
                .Select(line => line.Split('#')[0].Trim())
                .Where(line => line.Length > 0)
                .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
            .. Enumerable.Range(1, 500),
        ];

        internal IReadOnlyList<Outcome> First { get; } = [.. Worlds.RunAll(Seeds)];

        internal IReadOnlyList<Outcome> Second { get; } = [.. Worlds.RunAll(Seeds)];
    }
}
