using System.Diagnostics.CodeAnalysis;

namespace LeaderElection;

/// <summary>
/// One piece of work of a term, told to stop by a token of its own. The flow of code that does it is marked for as long
/// as it runs: a wait for the work, asked for from inside it, must not wait for itself.
/// </summary>
[SuppressMessage(
    "Design", "CA1001",
    Justification = "The end may be told after the work has ended, and without a timer nothing needs freeing.")]
internal sealed class TermWork(ITermHolder holder)
{
    private static readonly AsyncLocal<TermWork?> Innermost = new();

    private readonly CancellationTokenSource _stop = new();

    // The work inside which this one was begun, of another election usually. Written once, by Enter().
    private TermWork? _around;
    private volatile bool _hasEnded;

    /// <summary>Whether the current flow of code is work of that holder that has not ended.</summary>
    public static bool IsInsideOf(ITermHolder holder)
    {
        for (var work = Living(Innermost.Value); work is not null; work = Living(work._around))
        {
            if (work.Holder == holder)
                return true;
        }

        return false;
    }

    public CancellationToken Stop => _stop.Token;

    private ITermHolder Holder => holder;

    /// <summary>Marks the flow of code until the async method that calls this returns.</summary>
    public void Enter()
    {
        _around = Living(Innermost.Value);
        Innermost.Value = this;
    }

    /// <summary>What outlives the work is not inside it any more.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Runs callbacks of users. Does nothing when the work has ended.</summary>
    /// <exception cref="AggregateException">Callbacks threw.</exception>
    public void Cancel()
    {
        if (!_hasEnded)
            _stop.Cancel();
    }

    private static TermWork? Living(TermWork? work)
    {
        while (work is { _hasEnded: true })
            work = work._around;
        return work;
    }
}
