namespace LeaderElection;

/// <summary>One question to the store on its way through the queue. Safe to use from any thread.</summary>
/// <remarks>It waits, is taken to be sent, perhaps put back to wait again, and ends once. While it waits it can be
/// withdrawn; what has been sent is not called back.</remarks>
/// <param name="ask">What is asked.</param>
/// <param name="withdrawal">Ends the waiting.</param>
internal sealed class Request<TAsk, TAnswer>(TAsk ask, CancellationToken withdrawal)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Ended = 2;

    private readonly TaskCompletionSource<Reply<TAnswer>?> _reply = new();
    private int _state = Waiting;

    public TAsk Ask => ask;

    /// <summary>How long the store may take, from when it is sent.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Until when it may wait for others to go with it: a timestamp of the queue's clock.</summary>
    public required long DueBy { get; init; }

    /// <summary>Called with an answer that comes after this has failed; null for none.</summary>
    public Action<TAnswer>? OnLateAnswer { get; init; }

    /// <summary>What came of it; null when it was withdrawn. Never throws: an error is a reply.</summary>
    public async Task<Reply<TAnswer>?> ReplyAsync()
    {
        using var registration = withdrawal.UnsafeRegister(
            static request => ((Request<TAsk, TAnswer>)request!).Withdraw(), this);
        return await _reply.Task.ConfigureAwait(false);
    }

    /// <returns>False when it was withdrawn.</returns>
    public bool TryTake() => !withdrawal.IsCancellationRequested
        && Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <returns>False when it was to be withdrawn meanwhile, and has ended.</returns>
    public bool TryPutBack()
    {
        Volatile.Write(ref _state, Waiting);
        if (withdrawal.IsCancellationRequested)
            Withdraw();
        return Volatile.Read(ref _state) != Ended;
    }

    /// <summary>Of one that is taken. Resumes whoever waits, so not under a lock.</summary>
    public void End(Reply<TAnswer> reply)
    {
        Volatile.Write(ref _state, Ended);
        _reply.TrySetResult(reply);
    }

    private void Withdraw()
    {
        if (Interlocked.CompareExchange(ref _state, Ended, Waiting) == Waiting)
            _reply.TrySetResult(null);
    }
}
