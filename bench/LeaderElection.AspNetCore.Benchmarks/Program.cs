using LeaderElection.Benchmarks;

// A program of its own: one that starts node processes cannot stand beside the ASP.NET Core framework.
return await GateBenchmark.RunAsync() ? 0 : 1;
