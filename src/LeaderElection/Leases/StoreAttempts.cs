namespace LeaderElection;

/// <summary>
/// The one place where a lease store is asked. Every attempt has a name, a limit and the moment at which it was sent;
/// none throws, none is waited for past its limit, and each is measured.
/// </summary>
internal sealed class StoreAttempts(ILeaseStore store, Surroundings surroundings)
{
    private readonly LeaderElectionOptions _options = surroundings.Options;
    private readonly TimeProvider _clock = surroundings.Clock;
    private readonly SharedStore _shared = SharedStore.Of(store, surroundings.Clock);

    /// <summary>To be called before the first question, and <see cref="Leave"/> after the last.</summary>
    public void Join() => Queue.Join();

    public void Leave() => Queue.Leave();

    /// <summary>Null when the store is ready. Not measured: it is the beginning of another attempt.</summary>
    /// <param name="limit">How long to wait at most.</param>
    public Task<Exception?> InitializeAsync(TimeSpan limit) => _shared.Readiness.EnsureAsync(limit);

    /// <summary>The store is not usable any more: the next <see cref="InitializeAsync"/> looks.</summary>
    public void DoubtReadiness() => _shared.Readiness.Doubt();

    /// <summary>The time that it waits for others is not the attempt's.</summary>
    /// <param name="claim">What to ask for.</param>
    /// <param name="patience">How long to wait for others, among many.</param>
    /// <param name="onLateAnswer">Called with an answer that came too late to be used.</param>
    /// <param name="withdrawal">Ends the waiting: the answer is then that it is not yet time.</param>
    public async Task<LeaseReply> AcquireAsync(
        LeaseClaim claim, TimeSpan patience, Action<LeaseAnswer> onLateAnswer, CancellationToken withdrawal)
    {
        var reply = await Queue.AcquireAsync(claim, _options.StoreTimeout, patience, onLateAnswer, withdrawal)
            .ConfigureAwait(false);
        return reply is { } came
            ? LeaseReply.Of(Measured(Operation.Acquire, came, ResultOf))
            : new LeaseReply(new LeaseAnswer.NotYet(TimeSpan.Zero), surroundings.Now);
    }

    /// <param name="fencingToken">The term.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="use">Called with the reply before it is measured: whoever measures may take his time, which the
    /// term may not have.</param>
    public Task RenewAsync(long fencingToken, TimeSpan limit, Action<LeaseReply> use) => AskAsync(
        Operation.Renew,
        limit,
        token => Queue.RenewAsync(
            new LeaseRenewal(TermOf(fencingToken), _options.LeaseDuration), limit, token),
        ResultOf,
        use: reply => use(LeaseReply.Of(reply)));

    /// <inheritdoc cref="AcquireAsync"/>
    /// <returns>Null when it was withdrawn.</returns>
    public async Task<Reply<Lease?>?> ReadAsync(TimeSpan patience, CancellationToken withdrawal)
    {
        var reply = await Queue.ReadAsync(_options.ElectionName, _options.StoreTimeout, patience, withdrawal)
            .ConfigureAwait(false);
        return reply is { } came
            ? Measured(Operation.Read, came, static _ => (Outcome.HeldByAnother, null))
            : null;
    }

    /// <param name="fencingToken">The term.</param>
    /// <param name="limit">How long to wait at most.</param>
    public Task<Reply<bool>> ReleaseAsync(long fencingToken, TimeSpan limit) => AskAsync(
        Operation.Release, limit, token => Queue.ReleaseAsync(TermOf(fencingToken), limit, token),
        static wasHeld => (wasHeld ? Outcome.Released : Outcome.Lost, null));

    /// <param name="expiredFor">How long ago a lease must have run out.</param>
    public Task<Reply<int>> DeleteExpiredAsync(TimeSpan expiredFor) => AskAsync(
        Operation.Delete, _options.StoreTimeout, token => store.DeleteExpiredAsync(expiredFor, token),
        static _ => (Outcome.Deleted, null));

    private StoreQueue Queue => _shared.Queue;

    private LeaseTerm TermOf(long fencingToken) => new(_options.ElectionName, fencingToken);

    private async Task<Reply<T>> AskAsync<T>(
        Operation operation, TimeSpan limit, Func<CancellationToken, Task<T>> call,
        Func<T, (Outcome Outcome, Exception? Error)> resultOf, Action<Reply<T>>? use = null)
    {
        // Before the queue: what is granted lasts from when it was asked for, or longer.
        var sent = Moment.Now(_clock);
        Reply<T> reply;
        try
        {
            var answer = await Attempt.RunAsync(_clock, limit, call).ConfigureAwait(false);
            reply = new Reply<T>(answer, null, sent);
        }
        catch (Exception exception)
        {
            reply = new Reply<T>(default, exception, sent);
        }

        use?.Invoke(reply);
        return Measured(operation, reply, resultOf);
    }

    private Reply<T> Measured<T>(
        Operation operation, Reply<T> reply, Func<T, (Outcome Outcome, Exception? Error)> resultOf)
    {
        var (outcome, error) = reply.Error is null ? resultOf(reply.Answer!) : (Outcome.Unknown, reply.Error);
        surroundings.Telemetry.Attempted(operation, outcome, error, reply.Sent);
        return reply;
    }

    private static (Outcome Outcome, Exception? Error) ResultOf(LeaseAnswer answer) => answer switch
    {
        LeaseAnswer.Granted => (Outcome.Granted, null),
        LeaseAnswer.Lost => (Outcome.Lost, null),
        null => (Outcome.Unknown, null),
        LeaseAnswer.Unknown unknown => (Outcome.Unknown, unknown.Error),
        _ => (Outcome.HeldByAnother, null),
    };
}
