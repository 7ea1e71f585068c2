namespace LeaderElection;

/// <summary>
/// The one place where a lease store is asked. Every attempt has a name, a limit and the moment at which it was sent;
/// none throws, none is waited for past its limit, and each is measured.
/// </summary>
internal sealed class StoreAttempts(ILeaseStore store, Surroundings surroundings)
{
    private readonly LeaderElectionOptions _options = surroundings.Options;
    private readonly TimeProvider _clock = surroundings.Clock;

    /// <summary>Null when the store is ready. Not measured: it is the beginning of another attempt.</summary>
    /// <param name="limit">How long to wait at most.</param>
    public async Task<Exception?> InitializeAsync(TimeSpan limit)
    {
        try
        {
            await Attempt.RunAsync(
                _clock,
                limit,
                async token =>
                {
                    await store.InitializeAsync(token).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <param name="claim">What to ask for.</param>
    /// <param name="onLateAnswer">Called with an answer that came too late to be used.</param>
    public async Task<LeaseReply> AcquireAsync(LeaseClaim claim, Action<LeaseAnswer> onLateAnswer) => LeaseReply.Of(
        await AskAsync(
            Operation.Acquire, _options.StoreTimeout, token => store.AcquireAsync(claim, token), ResultOf,
            onLateAnswer: onLateAnswer).ConfigureAwait(false));

    /// <param name="fencingToken">The term.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="use">Called with the reply before it is measured: whoever measures may take his time, which the
    /// term may not have.</param>
    public Task RenewAsync(long fencingToken, TimeSpan limit, Action<LeaseReply> use) => AskAsync(
        Operation.Renew,
        limit,
        token => store.RenewAsync(_options.ElectionName, fencingToken, _options.LeaseDuration, token),
        ResultOf,
        use: reply => use(LeaseReply.Of(reply)));

    public Task<Reply<Lease?>> ReadAsync() => AskAsync(
        Operation.Read, _options.StoreTimeout, token => store.ReadAsync(_options.ElectionName, token),
        static _ => (Outcome.HeldByAnother, null));

    /// <param name="fencingToken">The term.</param>
    /// <param name="limit">How long to wait at most.</param>
    public Task<Reply<bool>> ReleaseAsync(long fencingToken, TimeSpan limit) => AskAsync(
        Operation.Release, limit, token => store.ReleaseAsync(_options.ElectionName, fencingToken, token),
        static wasHeld => (wasHeld ? Outcome.Released : Outcome.Lost, null));

    /// <param name="expiredFor">How long ago a lease must have run out.</param>
    public Task<Reply<int>> DeleteExpiredAsync(TimeSpan expiredFor) => AskAsync(
        Operation.Delete, _options.StoreTimeout, token => store.DeleteExpiredAsync(expiredFor, token),
        static _ => (Outcome.Deleted, null));

    private async Task<Reply<T>> AskAsync<T>(
        Operation operation, TimeSpan limit, Func<CancellationToken, Task<T>> call,
        Func<T, (Outcome Outcome, Exception? Error)> resultOf, Action<Reply<T>>? use = null,
        Action<T>? onLateAnswer = null)
    {
        var sent = Moment.Now(_clock);
        Reply<T> reply;
        (Outcome Outcome, Exception? Error) result;
        try
        {
            var answer = await Attempt.RunAsync(_clock, limit, call, onLateAnswer).ConfigureAwait(false);
            result = resultOf(answer);
            reply = new Reply<T>(answer, null, sent);
        }
        catch (Exception exception)
        {
            result = (Outcome.Unknown, exception);
            reply = new Reply<T>(default, exception, sent);
        }

        use?.Invoke(reply);
        surroundings.Telemetry.Attempted(operation, result.Outcome, result.Error, sent);
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
