using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LeaderElection;

/// <summary>Configures one election of an app; returned by <c>AddLeaderElection()</c>.</summary>
public sealed class LeaderElectionBuilder
{
    internal LeaderElectionBuilder(IServiceCollection services, string name, string optionsName)
    {
        Services = services;
        Name = name;
        OptionsName = optionsName;
    }

    /// <summary>The services of the app.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key of the election's services.</summary>
    public string Name { get; }

    /// <summary>The name under which the election's <see cref="LeaderElectionOptions"/> are kept.</summary>
    public string OptionsName { get; }

    /// <summary>Keeps the lease in a store of your own. The last store named for an election is the one used.</summary>
    /// <param name="create">
    /// Makes or finds the store; called once, when the elector is made. What it returns is not disposed: elections may
    /// share it. Find it in the container, and the container disposes it after the electors.
    /// </param>
    public LeaderElectionBuilder UseStore(Func<IServiceProvider, ILeaseStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.AddKeyedSingleton(Name, (provider, _) => new ElectionStore(create(provider)));
        return this;
    }

    /// <summary>
    /// Keeps the lease in the memory of this process: for tests and for apps that run as one instance. Excludes nobody
    /// in another process. Elections of one app share the store.
    /// </summary>
    public LeaderElectionBuilder UseInMemory()
    {
        Services.TryAddSingleton(provider => new InMemoryLeaseStore(provider.GetService<TimeProvider>()));
        return UseStore(static provider => provider.GetRequiredService<InMemoryLeaseStore>());
    }
}
