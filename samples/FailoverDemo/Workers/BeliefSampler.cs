using System.Diagnostics;
using LeaderElection;

namespace FailoverDemo;

/// <summary>
/// Asks <see cref="ILeaderElector.IsLeader"/> about every millisecond and prints the stretches in which it was true.
/// </summary>
/// <remarks>
/// A stretch holds no moment at which the belief is not certain: it begins just after the first true answer and ends
/// just before the last one was asked for. So a worker that is frozen and thawed anywhere in here claims nothing for
/// the pause.
/// </remarks>
internal sealed class BeliefSampler : IDisposable
{
    private static readonly long PrintEvery = Stopwatch.Frequency / 100;

    private readonly ILeaderElector _elector;
    private readonly Thread _thread;
    private volatile bool _finish;

    // Used by the sampling thread alone.
    private Belief? _belief;
    private long _printedAt;

    public BeliefSampler(ILeaderElector elector)
    {
        _elector = elector;
        _thread = new Thread(SampleUntilFinished) { IsBackground = true, Name = "sampler" };
        _thread.Start();
    }

    public void Dispose()
    {
        _finish = true;
        _thread.Join();
    }

    private void SampleUntilFinished()
    {
        while (!_finish)
        {
            Sample();
            Thread.Sleep(1);
        }

        End();
    }

    private void Sample()
    {
        var before = Stopwatch.GetTimestamp();
        var term = _elector.Current;
        var after = Stopwatch.GetTimestamp();
        if (term?.FencingToken != _belief?.Token)
            End();
        if (term is null)
            return;

        if (_belief is null)
        {
            Print(_belief = new Belief(_elector.InstanceId, term.FencingToken, after, after, IsOver: false));
            return;
        }

        _belief = _belief with { Until = Math.Max(before, _belief.From) };
        if (before - _printedAt >= PrintEvery)
            Print(_belief);
    }

    private void End()
    {
        if (_belief is not null)
            Print(_belief with { IsOver = true });
        _belief = null;
    }

    private void Print(Belief belief)
    {
        _printedAt = Stopwatch.GetTimestamp();
        Console.WriteLine(belief.ToLine());
    }
}
