namespace LeaderElection;

/// <summary>
/// Requests that are sent together. Each is answered with what the store answered to it, or with why it did not: a
/// batch that fails is unknown for each.
/// </summary>
/// <param name="requests">At least one; all are taken.</param>
/// <param name="call">Asks the store.</param>
/// <param name="lane">Where they come from.</param>
/// <param name="clock">Measures the limit.</param>
internal sealed class Batch<TAsk, TAnswer>(
    IReadOnlyList<Request<TAsk, TAnswer>> requests, StoreCalls.Call<TAsk, TAnswer> call, Lane<TAsk, TAnswer> lane,
    TimeProvider clock) : IBatch
{
    private IReadOnlyList<TAnswer>? _answers;
    private Exception? _error;
    private Moment _sent;
    private bool _someAreServed;

    /// <summary>As long as the most patient of those who ask.</summary>
    public TimeSpan Limit { get; } = requests.Max(request => request.Limit);

    public async Task SendAsync()
    {
        TAsk[] asks = [.. requests.Select(request => request.Ask)];
        _sent = Moment.Now(clock);
        try
        {
            _answers = await Attempt.RunAsync(clock, Limit, token => AskAsync(asks, token), TakeLate)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _error = exception;
            if (exception is TimeoutException)
                lane.NoteTimeout(requests.Count);
        }
    }

    public void Settle()
    {
        if (_answers is null)
            return;

        // Nobody is sent round and round where none was served.
        _someAreServed = _answers.Any(answer => !lane.IsAskedAgain(answer));
        var again = requests.Where((request, i) => IsAskedAgain(i) && request.TryPutBack()).ToList();
        lane.NoteAnswers(requests.Count, again);
    }

    // Each goes its way on a thread of its own, so that one that blocks there keeps no other from its answer.
    public void HandOut()
    {
        for (var i = 0; i < requests.Count; i++)
        {
            if (IsAskedAgain(i))
                continue;
            if (requests.Count == 1)
                requests[i].End(ReplyTo(i));
            else
                EndAside(requests[i], ReplyTo(i));
        }
    }

    private bool IsAskedAgain(int index) =>
        _someAreServed && _answers is not null && lane.IsAskedAgain(_answers[index]);

    private Reply<TAnswer> ReplyTo(int index) => _answers is null
        ? new Reply<TAnswer>(default, _error, _sent)
        : new Reply<TAnswer>(_answers[index], null, _sent);

    private void EndAside(Request<TAsk, TAnswer> request, Reply<TAnswer> reply) =>
        OffLoop.Run(clock, () => request.End(reply));

    // A store is not ours.
    private async Task<IReadOnlyList<TAnswer>> AskAsync(TAsk[] asks, CancellationToken cancellationToken)
    {
        var answers = await call(asks, cancellationToken).ConfigureAwait(false);
        return answers?.Count == asks.Length
            ? answers
            : throw new InvalidOperationException(
                $"The store gave {answers?.Count ?? 0} answers to {asks.Length} requests. Each is to be answered.");
    }

    private void TakeLate(IReadOnlyList<TAnswer> answers)
    {
        for (var i = 0; i < requests.Count; i++)
            requests[i].OnLateAnswer?.Invoke(answers[i]);
    }
}
