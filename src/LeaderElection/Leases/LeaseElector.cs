using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeaderElection;

/// <summary>
/// Runs for office with a lease in a shared store: at most one of the instances of an election leads at a time, and the
/// leadership of one that dies, hangs or is cut off ends by itself before another can lead.
/// </summary>
/// <remarks>
/// <para>
/// What it rests on: the store's clock does not jump forward by more than the safety margin within a lease, the rates
/// of the clocks agree within that margin, and the store does not lose what it has confirmed. docs/guarantees.md says
/// what holds without.
/// </para>
/// <para>Safe to use from any thread. In a host, <c>AddLeaderElection()</c> makes, starts and stops it.</para>
/// </remarks>
public sealed class LeaseElector : IOwnedLeaderElector, IRunningElector, IWorkplace, IDisposable
{
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LeaseLoop _loop;
    private readonly CleanupMember _cleanup;
    private readonly EventPump _events;

    private readonly TaskCompletionSource _loopEnded = new();

    // Guards the two below.
    private readonly Lock _gate = new();
    private bool _started;
    private bool _stopped;

    /// <summary>Makes an elector that contends once it is started. Opens no connection.</summary>
    /// <param name="store">Where the lease is kept. Not disposed with the elector.</param>
    /// <param name="options">How to run; the defaults when null. Copied.</param>
    /// <param name="loggerFactory">Where to log to; nowhere when null.</param>
    /// <param name="timeProvider">This machine's clock; the system's when null.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message names the numbers.</exception>
    public LeaseElector(
        ILeaseStore store, LeaderElectionOptions? options = null, ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null)
        : this(store, options, loggerFactory, timeProvider, Random.Shared, ElectionInstruments.Shared)
    {
    }

    internal LeaseElector(
        ILeaseStore store, LeaderElectionOptions? options, ILoggerFactory? loggerFactory, TimeProvider? timeProvider,
        Random random, ElectionInstruments instruments)
    {
        ArgumentNullException.ThrowIfNull(store);
        _options = options?.Copy() ?? new LeaderElectionOptions();
        LeaderElectionOptionsRules.Check(_options);
        _clock = timeProvider ?? TimeProvider.System;
        _logger = new CarefulLogger((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<LeaseElector>());
        var telemetry = new ElectionTelemetry(
            instruments, _options.ElectionName, _clock, action => OffLoop.Run(_clock, action));
        var surroundings = new Surroundings(_options, _clock, new Jitter(random), telemetry, _logger);
        var attempts = new StoreAttempts(store, surroundings);
        _loop = new LeaseLoop(store, attempts, surroundings);
        _cleanup = new CleanupMember(store, attempts, surroundings);
        _events = new EventPump(this, _loop.View.Changes, _clock, _options.ElectionName, _logger);
    }

    /// <inheritdoc/>
    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
    {
        add => _events.LeadershipChanged += value;
        remove => _events.LeadershipChanged -= value;
    }

    /// <inheritdoc/>
    public string ElectionName => _options.ElectionName;

    /// <inheritdoc/>
    public string InstanceId => _options.InstanceId;

    /// <inheritdoc/>
    public bool IsLeader => _loop.View.IsLeader;

    /// <inheritdoc/>
    public Leadership? Current => _loop.View.Current;

    /// <inheritdoc/>
    public LeaderInfo? Leader => _loop.View.Leader;

    /// <inheritdoc/>
    public ElectorStatus Status
    {
        get
        {
            var held = Current;
            var silence = _loop.Outage.Duration;
            return new ElectorStatus
            {
                Guarantee = ElectionGuarantee.Exclusive,
                IsRunning = IsRunning,
                IsLeader = held is not null,
                FencingToken = held?.FencingToken,
                IsOverdue = _loop.View.IsOverdue,
                Whole = _options.LeaseDuration,
                Remaining = _loop.View.Remaining,
                Silence = silence,
                IsTooSilent = silence > _options.RenewalInterval + _options.JitterRange,
                LastFailure = _loop.Outage.LastFailure,
                WorkFailure = Work.Current,
            };
        }
    }

    /// <summary>
    /// Begins to contend and returns at once. Does not fail because the store cannot be reached: the elector keeps
    /// trying. Does nothing when already started.
    /// </summary>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The elector was stopped or disposed: make a new one.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_started)
                return Task.CompletedTask;
            _started = true;
        }

        Log.EffectiveOptions(_logger, ElectionName, new OptionsReport(_options));
        if (_clock == TimeProvider.System)
            Rehearsal.BeginOncePerProcess();

        // The caller's context (an ambient transaction, a trace) must not live on in the loop.
        using (ExecutionContext.SuppressFlow())
        {
            OffLoop.Run(_clock, () => _ = RunLoopAsync());
            _cleanup.Join();
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Steps down for good: the term ends at once, the lease goes on being renewed until the work has ended (at most
    /// <see cref="LeaderElectionOptions.DrainTimeout"/>) and is then given away, so that another instance leads within
    /// milliseconds. Work that outlasts this keeps the lease from being given away: it runs out by itself. Afterwards
    /// this elector never leads again. With the store down it returns after at most three attempts. Called from inside
    /// the work, or a callback on <see cref="Leadership.Lost"/>, it returns as soon as the stop is asked for; from
    /// inside a handler of <see cref="LeadershipChanged"/> it does not wait for the handlers.
    /// </summary>
    /// <param name="cancellationToken">
    /// Ends the waiting for the work; the lease is still given away if no work is running. Does not make this method
    /// throw.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        bool wasStarted;
        lock (_gate)
        {
            wasStarted = _started;
            _stopped = true;
        }

        _loop.RequestStop();
        var cleanupEnded = _cleanup.LeaveAsync();
        if (!wasStarted)
        {
            _loop.View.Changes.Complete();
            return;
        }

        if (IsAskedByOwnWork)
            return;

        var isAskedByHandler = _events.IsCallingMe;
        var drain = Countdown.Of(_clock, _options.DrainTimeout);
        using var registration = cancellationToken.UnsafeRegister(
            static state => ((LeaseLoop)state!).CutDrainShort(), _loop);
        await _loopEnded.Task.ConfigureAwait(false);
        await cleanupEnded.ConfigureAwait(false);
        if (isAskedByHandler)
            return;
        var limit = drain.Left > _options.StoreTimeout ? drain.Left : _options.StoreTimeout;
        await _events.DeliverLastAsync(limit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        await this.FirstTermAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidOperationException(
            $"The elector of '{InstanceId}' in election '{ElectionName}' was stopped: it will not lead again.");

    /// <inheritdoc/>
    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
        _loop.View.Changes.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        if (_loop.RequestStepDown() is { } term && !IsAskedByOwnWork)
            await term.Concluded.WaitAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Stops the elector as <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>
    /// Stops the elector as <see cref="StopAsync"/> does and blocks until it has. For containers that are disposed
    /// synchronously; prefer <see cref="DisposeAsync"/>.
    /// </summary>
    public void Dispose() => StopAsync().GetAwaiter().GetResult();

    /// <summary>Completes when one that was started has stopped; whoever awaited it first is told first.</summary>
    internal Task Ended => _loopEnded.Task;

    internal WorkRecord Work => _loop.Work;

    void IWorkplace.OnWorkerCame() => _loop.Workplace.OnWorkerCame();

    void IWorkplace.OnWorkerFailed() => _loop.Workplace.OnWorkerFailed();

    // Work cannot end before the call that it is waiting for.
    private bool IsAskedByOwnWork => TermWork.IsInsideOf(_loop.Workplace) || CallbackFrame.IsInsideOf(_loop.Workplace);

    private bool IsRunning
    {
        get
        {
            lock (_gate)
                return _started && !_stopped;
        }
    }

    private async Task RunLoopAsync()
    {
        try
        {
            await _loop.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _loopEnded.TrySetResult();
        }
    }
}
