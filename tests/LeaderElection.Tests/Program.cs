using System.CommandLine;
using LeaderElection.Tests.Simulation;
using Xunit.Runner.InProc.SystemConsole;

// The tests, and the simulation as a program of its own.
if (args is not ["simulate" or "replay", ..])
    return await ConsoleRunner.Run(args);

var root = new RootCommand("Simulates LeaderElection's elector on clocks, machines, networks and stores that fail.")
{
    SimulationCommands.Simulate(),
    SimulationCommands.Replay(),
};
return await root.Parse(args).InvokeAsync();
