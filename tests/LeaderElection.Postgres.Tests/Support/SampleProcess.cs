using System.Diagnostics;

namespace LeaderElection.Postgres.Tests;

/// <summary>A sample, started as a user starts it.</summary>
internal sealed class SampleProcess : RunningProgram
{
    public SampleProcess(
        string sample, string connectionString, params (string Variable, string Value)[] environment)
        : this(sample, [], connectionString, environment)
    {
    }

    public SampleProcess(
        string sample, string[] arguments, string connectionString,
        params (string Variable, string Value)[] environment)
        : base(On(connectionString, new ProcessStartInfo("dotnet", [Built(sample), .. arguments]), environment))
    {
    }

    private SampleProcess(ProcessStartInfo start)
        : base(start)
    {
    }

    /// <summary>One that was published: an executable of its own.</summary>
    public static SampleProcess StartPublished(string executable, string connectionString) =>
        new(On(connectionString, new ProcessStartInfo(executable)));

    private static ProcessStartInfo On(
        string connectionString, ProcessStartInfo start, params (string Variable, string Value)[] environment)
    {
        start.Environment["LEADER_ELECTION_POSTGRES"] = connectionString;
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        return start;
    }

    private static string Built(string sample)
    {
        var output = Path.GetRelativePath(
            Path.Combine(Sources.Root, "tests/LeaderElection.Postgres.Tests"), AppContext.BaseDirectory);
        return Path.Combine(Sources.Root, "samples", sample, output, $"{sample}.dll");
    }
}
