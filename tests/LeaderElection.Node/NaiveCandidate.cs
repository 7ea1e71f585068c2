using LeaderElection.Postgres;

namespace LeaderElection.Node;

/// <summary>
/// What is wrong with electors that keep their leadership in a field: nothing but an answer changes it, so it outlives
/// the lease while the answer does not come. It is here to be caught; everything else about it is as good as the
/// product, which is why it uses the product's store.
/// </summary>
internal sealed class NaiveCandidate : ICandidate
{
    private readonly NodeSettings _settings;
    private readonly PostgresLeaseStore _store;
    private readonly CancellationTokenSource _stopped = new();
    private Task _loop = Task.CompletedTask;
    private volatile bool _isLeader;
    private long _token;
    private bool _isInitialized;

    public NaiveCandidate(NodeSettings settings, Reporter reporter)
    {
        _settings = settings;
        _store = Stores.Make(settings, reporter);
    }

    public bool IsLeader => _isLeader;

    public long? Token => _isLeader ? Interlocked.Read(ref _token) : null;

    public Leadership? Term => null;

    private TimeSpan Interval => 0.3 * _settings.LeaseDuration;

    public Task StartAsync()
    {
        _loop = RunAsync(_stopped.Token);
        return Task.CompletedTask;
    }

    // Gives the lease away first and notices afterwards.
    public async Task ReleaseAsync()
    {
        if (Token is { } token)
            await _store.ReleaseAsync(_settings.ElectionName, token, CancellationToken.None);
        _isLeader = false;
        await Task.Delay(_settings.LeaseDuration);
    }

    public async Task StopAsync()
    {
        await _stopped.CancelAsync();
        await _loop;
        await ReleaseIfHeldAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _loop;
        await _store.DisposeAsync();
        _stopped.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await TickAsync(cancellationToken);
            }
            catch (Exception)
            {
                // "It will work the next time."
            }
        }
        while (await TicksAsync(timer, cancellationToken));
    }

    private static async Task<bool> TicksAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!_isInitialized)
            await _store.InitializeAsync(cancellationToken);
        _isInitialized = true;

        var answer = _isLeader
            ? await _store.RenewAsync(
                _settings.ElectionName, Interlocked.Read(ref _token), _settings.LeaseDuration, cancellationToken)
            : await _store.AcquireAsync(
                new LeaseClaim
                {
                    ElectionName = _settings.ElectionName,
                    InstanceId = _settings.InstanceId,
                    LeaseDuration = _settings.LeaseDuration,
                    LockId = 1,
                },
                cancellationToken);
        if (answer is LeaseAnswer.Granted { Lease: var lease })
            Interlocked.Exchange(ref _token, lease.FencingToken);
        _isLeader = answer is LeaseAnswer.Granted;
    }

    private async Task ReleaseIfHeldAsync()
    {
        try
        {
            if (Token is { } token)
                await _store.ReleaseAsync(_settings.ElectionName, token, CancellationToken.None);
        }
        catch (Exception)
        {
            // The lease runs out by itself.
        }

        _isLeader = false;
    }
}
