using System.Diagnostics;

namespace LeaderElection.Lab;

/// <summary>Who believed to lead, when: what the nodes of one election reported. Safe to use from any thread.</summary>
public sealed class BeliefHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string InstanceId, long Token, long From), BeliefStretch> _stretches = [];

    /// <summary>In the order in which they began.</summary>
    public IReadOnlyList<BeliefStretch> Stretches
    {
        get
        {
            lock (_gate)
                return [.. _stretches.Values.OrderBy(stretch => stretch.From)];
        }
    }

    /// <summary>For how long altogether two or more led at once.</summary>
    public TimeSpan Overlap
    {
        get
        {
            var overlap = TimeSpan.Zero;
            var latestEnd = 0L;
            foreach (var stretch in Stretches)
            {
                var shared = Math.Min(latestEnd, stretch.Until) - stretch.From;
                if (shared > 0)
                    overlap += Stopwatch.GetElapsedTime(0, shared);
                latestEnd = Math.Max(latestEnd, stretch.Until);
            }

            return overlap;
        }
    }

    /// <summary>Whether every term began with a higher token than all before it.</summary>
    public bool TokensRise
    {
        get
        {
            var tokens = Stretches.Select(stretch => stretch.Token).ToList();
            return tokens.Zip(tokens.Skip(1)).All(pair => pair.First < pair.Second);
        }
    }

    /// <summary>A stretch that began, went on or ended.</summary>
    public void Record(BeliefStretch stretch)
    {
        lock (_gate)
            _stretches[(stretch.InstanceId, stretch.Token, stretch.From)] = stretch;
    }

    /// <summary>The first stretch of a later term; null while there is none.</summary>
    public BeliefStretch? FirstAfter(long token) => Stretches.FirstOrDefault(stretch => stretch.Token > token);

    /// <summary>How much of a time nobody led.</summary>
    public TimeSpan Leaderless(long from, long until)
    {
        var leaderless = TimeSpan.Zero;
        var covered = from;
        foreach (var stretch in Stretches.Where(stretch => stretch.Until > from && stretch.From < until))
        {
            if (stretch.From > covered)
                leaderless += Stopwatch.GetElapsedTime(covered, stretch.From);
            covered = Math.Max(covered, stretch.Until);
        }

        return covered < until ? leaderless + Stopwatch.GetElapsedTime(covered, until) : leaderless;
    }
}
