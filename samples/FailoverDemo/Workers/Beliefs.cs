using System.Diagnostics;

namespace FailoverDemo;

/// <summary>Who believed to lead, when: what all workers said. Safe to use from any thread.</summary>
internal sealed class Beliefs
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Worker, long Token, long From), Belief> _beliefs = [];

    /// <summary>For how long altogether two or more led at once.</summary>
    public TimeSpan Overlap
    {
        get
        {
            var overlap = 0L;
            var latestEnd = 0L;
            foreach (var belief in InOrder())
            {
                overlap += Math.Max(0, Math.Min(latestEnd, belief.Until) - belief.From);
                latestEnd = Math.Max(latestEnd, belief.Until);
            }

            return Stopwatch.GetElapsedTime(0, overlap);
        }
    }

    /// <summary>Whether every term began with a higher token than all before it.</summary>
    public bool TokensRise
    {
        get
        {
            var tokens = InOrder().Select(belief => belief.Token).ToList();
            return tokens.Zip(tokens.Skip(1)).All(pair => pair.First < pair.Second);
        }
    }

    /// <summary>A belief that began, goes on or is over.</summary>
    public void Note(Belief belief)
    {
        lock (_gate)
            _beliefs[(belief.Worker, belief.Token, belief.From)] = belief;
    }

    /// <summary>The first of a later term; null while there is none.</summary>
    public Belief? FirstAfter(long token) => InOrder().FirstOrDefault(belief => belief.Token > token);

    private List<Belief> InOrder()
    {
        lock (_gate)
            return [.. _beliefs.Values.OrderBy(belief => belief.From)];
    }
}
