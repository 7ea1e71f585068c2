using System.Diagnostics;
using Spectre.Console;

namespace FailoverDemo;

/// <summary>Where the story is shown: a live table on a terminal, plain lines everywhere else.</summary>
internal abstract class Screen : IDisposable
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public static Screen Create()
    {
        var isTerminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi
            && Environment.GetEnvironmentVariable("CI") is null or "" or "false";
        return isTerminal ? new LiveScreen() : new PlainScreen();
    }

    protected TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    public abstract void Say(string line);

    /// <summary>Shows the workers while something happens to them.</summary>
    public abstract Task WatchAsync(Workers workers, LeaseMonitor lease, Func<Task> story);

    /// <summary>Shows what came of it.</summary>
    /// <returns>Whether all went well.</returns>
    public bool Conclude(Verdict verdict)
    {
        Show(verdict);
        return verdict.IsGood;
    }

    public virtual void Dispose()
    {
    }

    protected abstract void Show(Verdict verdict);
}
