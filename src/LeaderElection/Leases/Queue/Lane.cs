namespace LeaderElection;

/// <summary>The requests of one kind that wait for their turn. Safe to use from any thread.</summary>
/// <remarks>
/// How many go together follows what the store can do: half as many after a time-out; where it serves only some at
/// once, twice as many as it served; and twice as many after a full batch that was answered.
/// </remarks>
/// <param name="call">Asks the store.</param>
/// <param name="electionOf">Which election is asked for: none goes twice with a batch.</param>
/// <param name="batchLimit">How many may go together at most.</param>
/// <param name="gate">The queue's lock, which guards everything in here.</param>
/// <param name="clock">Measures the limits.</param>
internal sealed class Lane<TAsk, TAnswer>(
    StoreCalls.Call<TAsk, TAnswer> call, Func<TAsk, string> electionOf, int batchLimit, Lock gate, TimeProvider clock)
    : ILane
{
    // One that is much more patient would hold up the others when the store hangs.
    private const int MostUnequalLimits = 2;

    private readonly LinkedList<Request<TAsk, TAnswer>> _waiting = [];
    private int? _most;

    /// <summary>Whether an answer says no more than that others were served first.</summary>
    public Predicate<TAnswer> IsAskedAgain { get; init; } = static _ => false;

    public bool IsEmpty => _waiting.Count == 0;

    public bool IsFull => _waiting.Count >= Most;

    public long DueBy { get; private set; } = long.MaxValue;

    private int Most => _most ?? batchLimit;

    public void Add(Request<TAsk, TAnswer> request)
    {
        lock (gate)
        {
            _waiting.AddLast(request);
            DueBy = Math.Min(DueBy, request.DueBy);
        }
    }

    public IBatch? Take()
    {
        var taken = new List<Request<TAsk, TAnswer>>();
        var elections = new HashSet<string>(StringComparer.Ordinal);
        for (var place = _waiting.First; place is not null && taken.Count < Most;)
        {
            var (here, request) = (place, place.Value);
            place = place.Next;
            var election = electionOf(request.Ask);
            if (taken.Count > 0 && !AreAlike(request.Limit, taken[0].Limit) || elections.Contains(election))
                continue;
            _waiting.Remove(here);
            if (!request.TryTake())
                continue;
            elections.Add(election);
            taken.Add(request);
        }

        // Those who found no room have waited for this batch already.
        DueBy = IsEmpty ? long.MaxValue : long.MinValue;
        return taken.Count == 0 ? null : new Batch<TAsk, TAnswer>(taken, call, this, clock);
    }

    public void NoteTimeout(int count)
    {
        lock (gate)
            _most = Math.Max(1, Math.Min(Most, count / 2));
    }

    /// <param name="count">How many requests were answered.</param>
    /// <param name="again">Those of them that others were served before: they go first.</param>
    public void NoteAnswers(int count, IReadOnlyList<Request<TAsk, TAnswer>> again)
    {
        lock (gate)
        {
            var served = count - again.Count;
            if (served < again.Count)
                _most = Math.Max(1, 2 * served);
            else if (count >= Most)
                _most = Math.Min(batchLimit, 2 * Most);
            for (var i = again.Count - 1; i >= 0; i--)
            {
                _waiting.AddFirst(again[i]);
                DueBy = long.MinValue;
            }
        }
    }

    private static bool AreAlike(TimeSpan one, TimeSpan other) =>
        one <= MostUnequalLimits * other && other <= MostUnequalLimits * one;
}
