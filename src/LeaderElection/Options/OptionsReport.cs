namespace LeaderElection;

/// <summary>The options that hold and where each came from, on one line. Made into text only if somebody reads
/// it.</summary>
internal sealed class OptionsReport(LeaderElectionOptions options)
{
    public override string ToString() =>
        string.Join(", ", LeaderElectionOption.All.Select(option => option.Describe(options)));
}
