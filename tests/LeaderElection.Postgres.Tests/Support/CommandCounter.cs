using System.Diagnostics;

namespace LeaderElection.Postgres.Tests;

/// <summary>Counts the statements of this process that contain a text, as the driver traces them.</summary>
internal sealed class CommandCounter : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _awaited = int.MaxValue;
    private int _count;

    public CommandCounter(string text)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var isOurs = activity.TagObjects.Any(tag =>
                    tag.Value is string statement && statement.Contains(text, StringComparison.Ordinal));
                if (isOurs && Interlocked.Increment(ref _count) >= _awaited)
                    _reached.TrySetResult();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public async Task ReachesAsync(int count)
    {
        _awaited = count;
        await _reached.Task.WaitAsync(TestTime.Patience);
    }

    public void Dispose() => _listener.Dispose();
}
