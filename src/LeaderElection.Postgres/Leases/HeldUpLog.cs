using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

/// <summary>Says once that a transaction holds an election up, and again when it was over. Safe to use from any
/// thread.</summary>
internal sealed class HeldUpLog(ILogger logger)
{
    // The elections that are held up, as far as it was said.
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);

    public void GoesOn(string electionName)
    {
        if (_said.TryAdd(electionName, true))
            Log.WaitsForTransaction(logger, electionName);
    }

    public void Ended(string electionName) => _said.TryRemove(electionName, out _);
}
