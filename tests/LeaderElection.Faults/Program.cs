using LeaderElection.Faults;

return await CommandLine.RunAsync(args, Console.Error);
