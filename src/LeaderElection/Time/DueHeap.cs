namespace LeaderElection;

/// <summary>
/// Entries by when they are due, each at most once: a binary heap in which every entry knows its place, so that any can
/// be taken out. Not safe to use from several threads.
/// </summary>
internal sealed class DueHeap
{
    private readonly List<TimetableEntry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Null when there is none.</summary>
    public TimetableEntry? First => _entries.Count > 0 ? _entries[0] : null;

    /// <summary>The entry must not be in here.</summary>
    public void Add(TimetableEntry entry)
    {
        _entries.Add(entry);
        Rise(entry, _entries.Count - 1);
    }

    /// <summary>The entry must be in here.</summary>
    public void Remove(TimetableEntry entry)
    {
        var place = entry.Place;
        entry.Place = -1;
        var last = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        if (last != entry)
        {
            Rise(last, place);
            Sink(last, last.Place);
        }

        // Of ten thousand that have gone nothing is left.
        if (_entries.Count == 0)
            _entries.Capacity = 0;
    }

    private void Rise(TimetableEntry entry, int place)
    {
        while (place > 0 && _entries[(place - 1) / 2] is var parent && entry.Due < parent.Due)
        {
            Put(parent, place);
            place = (place - 1) / 2;
        }

        Put(entry, place);
    }

    private void Sink(TimetableEntry entry, int place)
    {
        while (EarlierChild(place) is { } child && _entries[child].Due < entry.Due)
        {
            Put(_entries[child], place);
            place = child;
        }

        Put(entry, place);
    }

    private int? EarlierChild(int place)
    {
        var left = (2 * place) + 1;
        if (left >= _entries.Count)
            return null;
        var right = left + 1;
        return right < _entries.Count && _entries[right].Due < _entries[left].Due ? right : left;
    }

    private void Put(TimetableEntry entry, int place)
    {
        _entries[place] = entry;
        entry.Place = place;
    }
}
