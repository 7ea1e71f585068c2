namespace LeaderElection.Benchmarks;

/// <summary>The first line of the input of a process with many elections.</summary>
internal sealed record ScaleSettings(
    string ConnectionString, string Schema, string InstanceId, int Elections, TimeSpan Lease);
