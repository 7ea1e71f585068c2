using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>Counts the open event streams of one page.</summary>
internal sealed class StreamSlots(int count, ILogger logger)
{
    // Protects the two below.
    private readonly Lock _gate = new();
    private int _taken;
    private bool _hasToldOfShortage;

    public bool TryTake()
    {
        lock (_gate)
        {
            if (_taken < count)
            {
                _taken++;
                return true;
            }

            if (_hasToldOfShortage)
                return false;
            _hasToldOfShortage = true;
        }

        Log.StreamsExhausted(logger, count);
        return false;
    }

    public void Free()
    {
        lock (_gate)
        {
            _taken--;

            // Not at the first: a flood that keeps taking the last one is told of once.
            if (_taken <= count / 2)
                _hasToldOfShortage = false;
        }
    }
}
