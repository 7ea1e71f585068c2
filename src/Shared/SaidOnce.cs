namespace LeaderElection;

/// <summary>
/// Remembers that something was said, so that it is said once until it is over. Safe to use from any thread: of those
/// who ask at the same moment, one is to say it.
/// </summary>
internal sealed class SaidOnce
{
    private readonly SaidOnce<bool> _said = new();

    /// <summary>Whether the caller is to say it now.</summary>
    public bool IsNews() => _said.IsNews(true);

    /// <summary>The next time is news again. Whether it had been said.</summary>
    public bool Over() => _said.Over();
}

/// <summary>
/// As the other, of a subject that takes several values: it remembers the last one only, and another one is news.
/// </summary>
internal sealed class SaidOnce<T>
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private bool _isSaid;
    private T? _what;

    /// <summary>Whether the caller is to say it now.</summary>
    public bool IsNews(T what)
    {
        lock (_gate)
        {
            if (_isSaid && EqualityComparer<T>.Default.Equals(_what, what))
                return false;
            (_isSaid, _what) = (true, what);
            return true;
        }
    }

    /// <summary>Whatever comes next is news. Whether anything had been said.</summary>
    public bool Over()
    {
        lock (_gate)
        {
            var wasSaid = _isSaid;
            _isSaid = false;
            return wasSaid;
        }
    }
}
