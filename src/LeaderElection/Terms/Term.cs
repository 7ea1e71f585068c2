namespace LeaderElection;

/// <summary>
/// One unbroken hold by one instance, of whatever an elector runs for: until when it may be believed (its trust
/// window), all that runs in its name, its end and its conclusion. What users see of it is the face of the elector's
/// kind. Safe to use from any thread.
/// </summary>
internal sealed class Term : ITerm
{
    private readonly ITermHolder _holder;
    private readonly TermWorks _works;

    // Completed when the step-down is over: the lease given away, or left to run out.
    private readonly TaskCompletionSource _concluded = new();

    public Term(long fencingToken, TrustWindow window, ITermHolder holder)
    {
        FencingToken = fencingToken;
        Window = window;
        _holder = holder;
        _works = new TermWorks(this, holder);
    }

    /// <summary>The term behind a face: there is no other kind.</summary>
    public static Term Of(Leadership leadership) => (Term)leadership.Term;

    public long FencingToken { get; }

    /// <summary>Until when the term may be believed, whether or not it was ended before.</summary>
    public TrustWindow Window { get; }

    public bool IsHeld => !_works.IsOver && Window.IsOpen;

    public TimeSpan Remaining => _works.IsOver ? TimeSpan.Zero : Window.Remaining;

    public CancellationToken Lost => _works.Lost;

    public bool IsOver => _works.IsOver;

    /// <summary>Null while the term is not over.</summary>
    public LeadershipChangeReason? EndReason => _works.EndReason;

    /// <summary>Whether everybody has been told that the term is over, all callbacks included.</summary>
    public bool IsTold => _works.AreTold;

    /// <summary>Whether anything runs in its name: work, or a callback that tells of the end.</summary>
    public bool HasWork => _works.AreRunning;

    /// <summary>Whether any work was begun in it, ended or not.</summary>
    public bool HadWork => _works.EverBegan;

    /// <summary>Completes when nothing of the term is left to do.</summary>
    public Task Concluded => _concluded.Task;

    /// <summary>Ends the term, and tells its work. False when it was over already: the first reason stays.</summary>
    public bool TryEnd(LeadershipChangeReason reason) => _works.TryEnd(reason);

    /// <summary>Resumes users' awaits, so never on a thread of the election loop.</summary>
    public void Conclude() => _concluded.TrySetResult();

    /// <summary>Null when the term is over: the work must not begin.</summary>
    public TermWork? TryBeginWork() => IsHeld ? _works.TryBegin() : null;

    public void EndWork(TermWork work) => _works.End(work);

    /// <summary>For work that threw because its term was over: a cancellation is how it should end.</summary>
    public void ReportEndOfWork(Exception exception)
    {
        if (exception is not (OperationCanceledException or LeadershipLostException))
            _holder.OnUserCodeFailed(this, exception);
    }

    /// <summary>For work that threw although its term was held.</summary>
    public void ReportFailureOfWork(Exception exception) => _holder.OnWorkFailed(this, exception);
}
