using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>
/// Every change to every watcher, in order, none lost, the current state first. Publishing never waits: each watcher
/// has a queue of its own and is woken off the publisher's thread.
/// </summary>
/// <param name="run">Runs a watcher's continuation, on another thread where that matters.</param>
/// <param name="initial">The state before the first change.</param>
internal sealed class ChangeFeed<T>(Action<Action> run, T initial)
    where T : class
{
    // Guards everything below and the queues of the watchers.
    private readonly Lock _gate = new();
    private readonly List<Watcher> _watchers = [];
    private T _latest = initial;
    private bool _completed;

    public void Publish(T change)
    {
        Watcher[] watchers;
        lock (_gate)
        {
            if (_completed)
                return;
            _latest = change;
            watchers = [.. _watchers];
            foreach (var watcher in watchers)
                watcher.Unread.Enqueue(change);
        }

        Wake(watchers);
    }

    /// <summary>Ends every enumeration after the changes published so far.</summary>
    public void Complete()
    {
        Watcher[] watchers;
        lock (_gate)
        {
            _completed = true;
            watchers = [.. _watchers];
        }

        Wake(watchers);
    }

    public async IAsyncEnumerable<T> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watcher = new Watcher();
        lock (_gate)
        {
            watcher.Unread.Enqueue(_latest);
            _watchers.Add(watcher);
        }

        try
        {
            while (true)
            {
                T? next;
                Task? more = null;
                lock (_gate)
                {
                    if (!watcher.Unread.TryDequeue(out next))
                    {
                        if (_completed)
                            yield break;
                        more = watcher.Sleep();
                    }
                }

                if (more is not null)
                    await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (next is not null)
                    yield return next;
            }
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(watcher);
        }
    }

    private void Wake(Watcher[] watchers)
    {
        foreach (var watcher in watchers)
        {
            TaskCompletionSource? sleeping;
            lock (_gate)
                sleeping = watcher.TakeSleeping();
            if (sleeping is not null)
                run(() => sleeping.TrySetResult());
        }
    }

    private sealed class Watcher
    {
        private TaskCompletionSource? _sleeping;

        public Queue<T> Unread { get; } = new();

        public Task Sleep() => (_sleeping ??= new TaskCompletionSource()).Task;

        public TaskCompletionSource? TakeSleeping()
        {
            var sleeping = _sleeping;
            _sleeping = null;
            return sleeping;
        }
    }
}
