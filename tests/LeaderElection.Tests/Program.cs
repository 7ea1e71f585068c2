using LeaderElection.Tests.Simulation;
using Xunit.Runner.InProc.SystemConsole;

// The tests, and with these words the simulation as a program of its own.
return args is ["simulate" or "replay", ..]
    ? await SimulationCommands.Root().Parse(args).InvokeAsync()
    : await ConsoleRunner.Run(args);
