namespace LeaderElection.Kit;

/// <summary>What the timers of the system do, and those of our clocks with them.</summary>
public static class TimerCustoms
{
    /// <summary>A timer created with the flow suppressed runs with no ambient state at all, as on the thread
    /// pool.</summary>
    public static ExecutionContext Nobody { get; } = CaptureNothing();

    /// <summary>They count whole milliseconds, which is why some code adds one.</summary>
    public static long WholeMilliseconds(TimeSpan time) => (long)time.TotalMilliseconds * TimeSpan.TicksPerMillisecond;

    private static ExecutionContext CaptureNothing()
    {
        ExecutionContext? nothing = null;
        var thread = new Thread(() => nothing = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return nothing!;
    }
}
