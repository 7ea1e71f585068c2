namespace LeaderElection;

/// <summary>
/// Who wants to hear of which name: found by the name, however many others there are, and a name that nobody wants to
/// hear of any more leaves nothing behind. Safe to use from any thread.
/// </summary>
internal sealed class Subscribers<T>
    where T : class
{
    // Guards the lists.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<T>> _byName = new(StringComparer.Ordinal);

    /// <summary>How many names somebody wants to hear of.</summary>
    public int Names
    {
        get
        {
            lock (_gate)
                return _byName.Count;
        }
    }

    public void Add(string name, T subscriber)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(name, out var subscribers))
                _byName[name] = subscribers = [];
            subscribers.Add(subscriber);
        }
    }

    /// <summary>Does nothing when called again.</summary>
    public void Remove(string name, T subscriber)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out var subscribers) && subscribers.Remove(subscriber)
                && subscribers.Count == 0)
            {
                _byName.Remove(name);
            }
        }
    }

    /// <summary>As they are now, to be called without a lock.</summary>
    public IReadOnlyList<T> Of(string name)
    {
        lock (_gate)
            return _byName.TryGetValue(name, out var subscribers) ? [.. subscribers] : [];
    }

    /// <inheritdoc cref="Of"/>
    public IReadOnlyList<T> All()
    {
        lock (_gate)
            return [.. _byName.Values.SelectMany(static subscribers => subscribers)];
    }
}
