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

    /// <summary>How many places in the feed are taken.</summary>
    public int Watchers
    {
        get
        {
            lock (_gate)
                return _watchers.Count;
        }
    }

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

    /// <summary>Has a place in the feed from now on, whenever it is read. Dispose of it to give it up.</summary>
    public Watcher Watch()
    {
        var watcher = new Watcher(this);
        lock (_gate)
        {
            watcher.Unread.Enqueue(_latest);
            _watchers.Add(watcher);
        }

        return watcher;
    }

    public async IAsyncEnumerable<T> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var watcher = Watch();
        await foreach (var change in watcher.ReadAsync(cancellationToken).ConfigureAwait(false))
            yield return change;
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

    /// <summary>A place in the feed.</summary>
    internal sealed class Watcher(ChangeFeed<T> feed) : IDisposable
    {
        private TaskCompletionSource? _sleeping;

        public Queue<T> Unread { get; } = new();

        /// <summary>The state when it was made, and every change since. By one reader.</summary>
        public async IAsyncEnumerable<T> ReadAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (true)
            {
                T? next;
                Task? more = null;
                lock (feed._gate)
                {
                    if (!Unread.TryDequeue(out next))
                    {
                        if (feed._completed)
                            yield break;
                        more = Sleep();
                    }
                }

                if (more is not null)
                    await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (next is not null)
                    yield return next;
            }
        }

        public void Dispose()
        {
            lock (feed._gate)
                feed._watchers.Remove(this);
        }

        /// <summary>Called under the feed's lock, as what follows.</summary>
        private Task Sleep() => (_sleeping ??= new TaskCompletionSource()).Task;

        public TaskCompletionSource? TakeSleeping()
        {
            var sleeping = _sleeping;
            _sleeping = null;
            return sleeping;
        }
    }
}
