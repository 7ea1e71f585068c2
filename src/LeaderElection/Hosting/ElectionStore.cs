using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>The store of one election of the app; by the election's name in the container, which does not dispose
/// it.</summary>
internal sealed class ElectionStore(IServiceProvider provider, ILeaseStore store)
{
    public LeaseElector CreateElector(LeaderElectionOptions options) => new(
        store,
        options,
        provider.GetService<ILoggerFactory>(),
        provider.GetService<TimeProvider>(),
        Random.Shared,
        provider.GetRequiredService<ElectionInstruments>());
}
