using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LeaderElection.AspNetCore;

/// <summary>
/// The events of one client: every election at once, then each when it changes, and all of them at every refresh. The
/// next event is made when the client has taken the last one, so a slow client misses states but never the newest.
/// </summary>
/// <param name="monitor">What is told.</param>
/// <param name="options">How often.</param>
/// <param name="onStuck">Called when the client does not take an event in time; never once the stream has
/// ended.</param>
internal sealed class EventStream(ElectionMonitor monitor, StatusPageOptions options, Action onStuck)
{
    private static readonly TimeSpan ReconnectionInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _sentVersions = new(StringComparer.Ordinal);

    /// <summary>Ends, without an exception, when the token is cancelled.</summary>
    public async IAsyncEnumerable<SseItem<byte[]>> ReadAsync([EnumeratorCancellation] CancellationToken stop = default)
    {
        using var refresh = new PeriodicTimer(options.RefreshInterval, monitor.Clock);
        using var stall = new StallTimer(monitor.Clock, options.WriteTimeout, onStuck);

        while (!stop.IsCancellationRequested)
        {
            _sentVersions.Clear();
            var tick = refresh.WaitForNextTickAsync(stop).AsTask();
            do
            {
                // Taken before the elections are read, so that no change falls between the two.
                var changed = monitor.Changed;
                foreach (var election in monitor.Elections)
                {
                    if (stop.IsCancellationRequested)
                        yield break;
                    if (!IsDue(election))
                        continue;

                    stall.Arm();
                    yield return Event(election);
                    stall.Disarm();
                }

                await Task.WhenAny(changed, tick).ConfigureAwait(false);
            }
            while (!tick.IsCompleted);
        }
    }

    private bool IsDue(ElectionWatch election) =>
        !_sentVersions.TryGetValue(election.Name, out var sent) || sent != election.Version;

    private SseItem<byte[]> Event(ElectionWatch election)
    {
        _sentVersions[election.Name] = election.Version;
        var document = ElectionDocument.Of(election, options, monitor.Clock.GetUtcNow());
        return new SseItem<byte[]>(
            JsonSerializer.SerializeToUtf8Bytes(document, StatusJson.Default.ElectionDocument), "election")
        {
            ReconnectionInterval = ReconnectionInterval,
        };
    }
}
