namespace LeaderElection;

/// <summary>Something that a <see cref="Timetable"/> has to see to, once it is entered.</summary>
internal abstract class TimetableEntry
{
    /// <summary>For how long the clocks may go without a look while this is entered: set for what a suspension of the
    /// machine must not delay, which also comes before all else. Null for the rest. Never changes.</summary>
    public virtual TimeSpan? LongestNap => null;

    /// <summary>By the timetable's time. Kept by the timetable, as all that follows.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Where it stands in its heap; −1 while it is not entered.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Who was hurried before it, until the timetable looks.</summary>
    public TimetableEntry? HurriedBefore { get; set; }

    /// <summary>
    /// Its time has come, and it is entered no longer. Called without a lock on the timer's thread, which the others
    /// wait for. If it throws it is called again a little later. May come though it was taken out meanwhile: whoever
    /// was about to call it cannot be stopped.
    /// </summary>
    /// <param name="now">By the timetable's time, not before <see cref="Due"/>.</param>
    public abstract void FallDue(TimeSpan now);
}
