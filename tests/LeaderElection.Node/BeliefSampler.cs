using System.Diagnostics;

namespace LeaderElection.Node;

/// <summary>
/// Asks <see cref="ICandidate.IsLeader"/> about every millisecond and reports the stretches in which it was true.
/// </summary>
/// <remarks>
/// A stretch holds no moment at which the belief is not certain: it begins just after the first true answer and ends
/// just before the last one was asked for. So a node that is frozen and thawed anywhere in here claims nothing for the
/// pause.
/// </remarks>
internal sealed class BeliefSampler
{
    private static readonly long ReportEvery = Stopwatch.Frequency / 100;

    private readonly ICandidate _candidate;
    private readonly Reporter _reporter;
    private readonly Thread _thread;
    private volatile bool _finish;

    // Used by the sampling thread alone.
    private long? _token;
    private long _from;
    private long _until;
    private long _reportedAt;

    public BeliefSampler(ICandidate candidate, Reporter reporter)
    {
        _candidate = candidate;
        _reporter = reporter;
        _thread = new Thread(SampleUntilFinished) { IsBackground = true, Name = "sampler" };
        _thread.Start();
    }

    public void Finish()
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

        if (_token is not null)
            Report(NodeMessageKind.Lost);
    }

    private void Sample()
    {
        var before = Stopwatch.GetTimestamp();
        var leads = _candidate.IsLeader;
        var after = Stopwatch.GetTimestamp();
        var token = leads ? _candidate.Token ?? _token : null;

        if (_token is not null && token != _token)
            Report(NodeMessageKind.Lost);
        if (token is not null && token != _token)
        {
            _token = token;
            _from = after;
            _until = after;
            Report(NodeMessageKind.Gained);
        }
        else if (token is not null)
        {
            _until = Math.Max(before, _from);
            if (before - _reportedAt >= ReportEvery)
                Report(NodeMessageKind.Leading);
        }

        _token = token;
    }

    private void Report(NodeMessageKind kind)
    {
        _reportedAt = Stopwatch.GetTimestamp();
        _reporter.Say(new NodeMessage(kind, _reportedAt) { Token = _token, From = _from, Until = _until });
    }
}
