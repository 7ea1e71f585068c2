using Microsoft.Extensions.Options;

namespace LeaderElection;

/// <summary>
/// The elections that were created while the app runs and have not ended, by their names. No two elections of an app
/// have one name: their electors would take turns in leading. Safe to use from any thread.
/// </summary>
internal sealed class CreatedElections(ElectionRegistry registry, IOptionsMonitor<LeaderElectionOptions> options)
{
    private readonly Lazy<HashSet<string>> _namesOfTheApp = new(() => registry.NamesInUse(options));

    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (LeaseElector Elector, string Origin)> _living = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);

    /// <summary>In no order.</summary>
    public string[] Names
    {
        get
        {
            lock (_gate)
                return [.. _living.Keys];
        }
    }

    public LeaseElector? Find(string name)
    {
        lock (_gate)
            return _living.GetValueOrDefault(name).Elector;
    }

    /// <summary>In no order.</summary>
    /// <param name="origin">The election that they were created from.</param>
    public LeaseElector[] ThoseOf(string origin)
    {
        lock (_gate)
            return [.. _living.Values.Where(created => created.Origin == origin).Select(created => created.Elector)];
    }

    /// <summary>Starts an elector that is new, and keeps it until it has ended.</summary>
    /// <param name="elector">Whose name is to be that of no other.</param>
    /// <param name="origin">The election that it was created from.</param>
    public void Begin(LeaseElector elector, string origin)
    {
        Add(elector, origin);
        try
        {
            elector.StartAsync().GetAwaiter().GetResult();
        }
        catch
        {
            // It was stopped before it had begun, and so will not end.
            Remove(elector);
            throw;
        }

        // Leaves nothing of the caller's context behind. Comes before whoever waits for the end.
        elector.Ended.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => Remove(elector));
    }

    /// <summary>Stops all that were created from one election at the same time. No more can be created.</summary>
    /// <param name="origin">The election.</param>
    /// <param name="cancellationToken">Ends the waiting for their work.</param>
    public Task StopThoseOfAsync(string origin, CancellationToken cancellationToken)
    {
        lock (_gate)
            _stopped.Add(origin);
        return Task.WhenAll(ThoseOf(origin).Select(elector => elector.StopAsync(cancellationToken)));
    }

    private void Add(LeaseElector elector, string origin)
    {
        var name = elector.ElectionName;
        var isTaken = _namesOfTheApp.Value.Contains(name);
        lock (_gate)
        {
            if (_stopped.Contains(origin))
            {
                throw new ObjectDisposedException(
                    nameof(ILeaderElectorFactory),
                    $"Election '{name}' cannot be created: the host has stopped election '{origin}' and what was "
                    + "created from it.");
            }

            if (!isTaken && _living.TryAdd(name, (elector, origin)))
                return;
        }

        throw new InvalidOperationException(
            $"The app has an election '{name}' already"
            + (isTaken ? ": it was added with services.AddLeaderElection(…)." : ", which was created before and has "
                + "not ended. Dispose its elector first, or use it."));
    }

    private void Remove(LeaseElector elector)
    {
        lock (_gate)
            _living.Remove(elector.ElectionName);
    }
}
