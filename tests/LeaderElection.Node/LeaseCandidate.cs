using System.Diagnostics;
using LeaderElection.Postgres;

namespace LeaderElection.Node;

/// <summary>The product: a <see cref="LeaseElector"/> with work that needs leadership.</summary>
internal sealed class LeaseCandidate : ICandidate
{
    private readonly NodeSettings _settings;
    private readonly Reporter _reporter;
    private readonly PostgresLeaseStore _store;
    private readonly LeaseElector _elector;
    private Task _work = Task.CompletedTask;

    public LeaseCandidate(NodeSettings settings, Reporter reporter)
    {
        _settings = settings;
        _reporter = reporter;
        _store = Stores.Make(settings, reporter);
        _elector = new LeaseElector(_store, OptionsFrom(settings), new ReportingLogger(reporter));
        _elector.LeadershipChanged += (_, change) => reporter.Say(
            new NodeMessage(NodeMessageKind.Changed, Stopwatch.GetTimestamp())
            {
                Token = change.FencingToken,
                Reason = change.Reason,
                Leader = change.Leader?.InstanceId,
            });
    }

    public bool IsLeader => _elector.IsLeader;

    public long? Token => Term?.FencingToken;

    public Leadership? Term => _elector.Current;

    public async Task StartAsync()
    {
        await _elector.StartAsync();
        _work = _elector.RunAsLeaderAsync(WorkAsync, CancellationToken.None);
    }

    public Task ReleaseAsync() => _elector.ReleaseAsync();

    public async Task StopAsync()
    {
        await _elector.StopAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await _elector.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static LeaderElectionOptions OptionsFrom(NodeSettings settings)
    {
        var options = new LeaderElectionOptions
        {
            ElectionName = settings.ElectionName,
            InstanceId = settings.InstanceId,
            LeaseDuration = settings.LeaseDuration,
        };
        if (settings.ReleaseCooldown is { } cooldown)
            options.ReleaseCooldown = cooldown;
        return options;
    }

    private async Task WorkAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        Say("began");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await Task.Delay(_settings.WorkStopsAfter, CancellationToken.None);
        }

        Say("ended");

        void Say(string text) => _reporter.Say(
            new NodeMessage(NodeMessageKind.Work, Stopwatch.GetTimestamp())
            {
                Token = leadership.FencingToken,
                Text = text,
            });
    }
}
