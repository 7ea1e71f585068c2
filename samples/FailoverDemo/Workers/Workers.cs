using System.Diagnostics;

namespace FailoverDemo;

/// <summary>The worker processes: always three, the dead are replaced by new ones.</summary>
internal sealed class Workers(string schema) : IAsyncDisposable
{
    private const int Count = 3;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<Worker> _workers = [];
    private int _started;

    /// <summary>What they said.</summary>
    public Beliefs Beliefs { get; } = new();

    public IReadOnlyList<Worker> All
    {
        get
        {
            lock (_gate)
                return [.. _workers];
        }
    }

    /// <summary>Starts what is missing to three; the newcomers take the places of the dead.</summary>
    public async Task FillUpAsync(CancellationToken cancellationToken)
    {
        for (var place = 0; place < Count; place++)
        {
            var old = All.ElementAtOrDefault(place);
            if (old is { State: not WorkerState.Gone })
                continue;

            var worker = await Worker.StartAsync(
                new WorkerCommand($"worker-{++_started}", schema), Beliefs, cancellationToken);
            lock (_gate)
            {
                if (old is null)
                    _workers.Add(worker);
                else
                    _workers[place] = worker;
            }

            if (old is not null)
                await old.DisposeAsync();
        }
    }

    /// <summary>Waits for the leader of a later term than <paramref name="token"/>.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public async Task<(Worker Worker, Belief Belief)> NextLeaderAsync(
        long token, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < LongestWait)
        {
            if (Beliefs.FirstAfter(token) is { } belief
                && All.FirstOrDefault(worker => worker.Name == belief.Worker) is { } worker)
            {
                return (worker, belief);
            }

            await Task.Delay(5, cancellationToken);
        }

        throw new TimeoutException($"nobody led within {LongestWait.TotalSeconds:0} s.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in All)
            await worker.DisposeAsync();
    }
}
