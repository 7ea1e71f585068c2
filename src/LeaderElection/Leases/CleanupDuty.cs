namespace LeaderElection;

/// <summary>
/// Who cleans a store that electors of one process share: the one that came first, until it goes; then the next. Safe
/// to use from any thread.
/// </summary>
internal sealed class CleanupDuty
{
    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly LinkedList<Member> _members = [];
    private CleanupPace? _pace;
    private TimeSpan _tolerance;

    /// <summary>The longest that any of them has asked for: a deletion must not do what none of them may.</summary>
    public TimeSpan Tolerance
    {
        get
        {
            lock (_gate)
                return _tolerance;
        }
    }

    /// <summary>Of the one that has asked for the shortest interval.</summary>
    public CleanupPace Pace
    {
        get
        {
            lock (_gate)
                return _pace!;
        }
    }

    /// <param name="options">How often it wants the store cleaned, and how late after the end of a lease.</param>
    /// <param name="onHaste">Called while it is on duty, when another wants that more often.</param>
    public Member Join(LeaderElectionOptions options, Action onHaste)
    {
        var member = new Member(onHaste);
        Member first;
        bool isHastier;
        lock (_gate)
        {
            _members.AddLast(member.Place);
            first = _members.First!.Value;
            isHastier = _pace is null || options.CleanupInterval < _pace.Interval;
            if (isHastier)
                _pace = new CleanupPace(options.CleanupInterval, options.JitterRange);
            _tolerance = options.ClockJumpTolerance > _tolerance ? options.ClockJumpTolerance : _tolerance;
        }

        if (first == member)
            member.Call();
        else if (isHastier)
            first.OnHaste();
        return member;
    }

    public void Leave(Member member)
    {
        Member? next;
        lock (_gate)
        {
            _members.Remove(member.Place);
            next = _members.First?.Value;
        }

        next?.Call();
    }

    internal sealed class Member
    {
        private readonly TaskCompletionSource _onDuty = new();

        public Member(Action onHaste)
        {
            OnHaste = onHaste;
            Place = new LinkedListNode<Member>(this);
        }

        public LinkedListNode<Member> Place { get; }

        public Action OnHaste { get; }

        /// <summary>Completes when it is on duty, which it then is until it leaves.</summary>
        public Task OnDuty => _onDuty.Task;

        /// <summary>Resumes whoever waits, so not under a lock. Does nothing when called again.</summary>
        public void Call() => _onDuty.TrySetResult();
    }
}
