using System.Diagnostics.CodeAnalysis;

namespace LeaderElection;

/// <summary>
/// All that runs in the name of one term, and the end of the term for it. Work begins only in a term that is not over;
/// a term that ends tells each piece of work on an errand of its own, and the callbacks on Lost on the last one, so
/// that none that blocks keeps the others from being told. Safe to use from any thread.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Lost outlives the term, and without a timer nothing needs freeing.")]
internal sealed class TermWorks(Term term, ITermHolder holder)
{
    private readonly CancellationTokenSource _lost = new();

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly List<TermWork> _running = [];
    private LeadershipChangeReason? _endReason;

    // Errands of the end that have not run.
    private int _untold;
    private volatile bool _isOver;
    private volatile bool _everBegan;

    public CancellationToken Lost => _lost.Token;

    public bool IsOver => _isOver;

    public LeadershipChangeReason? EndReason
    {
        get
        {
            lock (_gate)
                return _endReason;
        }
    }

    /// <summary>Whether anything runs: work, or a callback that tells of the end, or one that has yet to.</summary>
    public bool AreRunning
    {
        get
        {
            lock (_gate)
                return _running.Count > 0 || _untold > 0;
        }
    }

    public bool EverBegan => _everBegan;

    /// <summary>Whether the term is over and every callback that tells of it has run.</summary>
    public bool AreTold
    {
        get
        {
            lock (_gate)
                return _isOver && _untold == 0;
        }
    }

    /// <summary>Null when the term is over: the work must not begin.</summary>
    public TermWork? TryBegin()
    {
        lock (_gate)
        {
            if (_isOver)
                return null;
            var work = new TermWork(holder);
            _running.Add(work);
            _everBegan = true;
            return work;
        }
    }

    public void End(TermWork work)
    {
        work.End();
        lock (_gate)
            _running.Remove(work);
        holder.OnWorkEnded();
    }

    /// <summary>Ends the term for all that runs. False when it was over already: the first reason stays.</summary>
    public bool TryEnd(LeadershipChangeReason reason)
    {
        TermWork[] running;
        lock (_gate)
        {
            if (_isOver)
                return false;
            _endReason = reason;
            running = [.. _running];
            _untold = running.Length + 1;
            _isOver = true;
        }

        foreach (var work in running)
            holder.RunAside(() => Tell(work.Cancel));
        holder.RunAside(() => Tell(_lost.Cancel));
        return true;
    }

    private void Tell(Action cancel)
    {
        try
        {
            using (CallbackFrame.Enter(holder))
                cancel();
        }
        catch (Exception exception)
        {
            holder.OnUserCodeFailed(term, exception);
        }
        finally
        {
            lock (_gate)
                _untold--;
            holder.OnWorkEnded();
        }
    }
}
