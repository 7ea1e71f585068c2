namespace LeaderElection;

/// <summary>
/// How metrics name elections, in their tag <c>leader_election.name</c>. Set it with
/// <c>services.Configure&lt;LeaderElectionMetricsOptions&gt;(…)</c>; read once, when the first election is made. The
/// defaults hold for electors that no container makes. Spans and logs name every election.
/// </summary>
public sealed class LeaderElectionMetricsOptions
{
    /// <summary>
    /// How many names the tag has at the most, from the start of the process on. Elections beyond are measured
    /// together, without the tag; those that have a name keep it. 100 unless set, which stays below the 2,000 series a
    /// metric that OpenTelemetry keeps; 0 names none, <see cref="int.MaxValue"/> all. Not negative.
    /// </summary>
    public int MaxElectionNames { get; set; } = 100;

    /// <summary>
    /// What the tag says in place of an election's name, so that those with one word are measured together: the part of
    /// the name before a dash, say. Null, from it, leaves the tag out, and so does an exception. Called once an
    /// election, when its elector is made, from any thread. Null (the name itself) unless set.
    /// </summary>
    public Func<string, string?>? GroupElectionsBy { get; set; }

    internal string? GroupOf(string electionName)
    {
        try
        {
            return GroupElectionsBy is null ? electionName : GroupElectionsBy(electionName);
        }
        catch (Exception)
        {
            // Foreign code: an election must not fail for its metrics.
            return null;
        }
    }
}
