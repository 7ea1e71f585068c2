using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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

    /// <summary>The name under which the election was added: the key of its services.</summary>
    public string Name { get; }

    /// <summary>The name under which the election's <see cref="LeaderElectionOptions"/> are kept.</summary>
    public string OptionsName { get; }

    /// <summary>
    /// Runs the election with an elector that you make: a <see cref="FakeLeaderElector"/> in a test, say, or one that
    /// wraps another. Every other <c>Use…</c> method comes down to this one.
    /// </summary>
    /// <param name="create">
    /// Makes or finds the elector; called once. The host starts and stops the electors of this library; starting one of
    /// your own is up to you. The container disposes it, perhaps more than once.
    /// </param>
    /// <exception cref="InvalidOperationException">The election has an elector already.</exception>
    public LeaderElectionBuilder UseElector(Func<IServiceProvider, ILeaderElector> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (Services.Any(service => service.ServiceType == typeof(ElectorSource) && Name.Equals(service.ServiceKey)))
        {
            throw new InvalidOperationException(
                $"Election '{Name}' has an elector already. Call one Use… method for it, and call it once: "
                + "UsePostgres(…), UseInMemory(), UseStore(…) or UseElector(…). To replace it in a test: "
                + $"services.AddKeyedSingleton<ILeaderElector>(\"{Name}\", …).");
        }

        Services.AddKeyedSingleton(Name, new ElectorSource(provider => create(provider)
            ?? throw new InvalidOperationException($"What UseElector(…) was given for election '{Name}' made null.")));
        return this;
    }

    /// <summary>Keeps the lease in a store of your own.</summary>
    /// <param name="create">
    /// Makes or finds the store; called once, when the elector or its factory is made. What it returns is not disposed:
    /// elections may share it. Find it in the container, and the container disposes it after the electors.
    /// </param>
    /// <exception cref="InvalidOperationException">The election has an elector already.</exception>
    public LeaderElectionBuilder UseStore(Func<IServiceProvider, ILeaseStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        UseElector(provider => provider.GetRequiredKeyedService<ElectionStore>(Name).CreateElector(
            provider.GetRequiredService<IOptionsMonitor<LeaderElectionOptions>>().Get(OptionsName)));
        Services.AddKeyedSingleton(Name, (provider, _) => new ElectionStore(provider, create(provider)));
        return this;
    }

    /// <summary>
    /// Keeps the lease in the memory of this process: for tests and for apps that run as one instance. Excludes nobody
    /// in another process. Elections of one app share the store.
    /// </summary>
    /// <exception cref="InvalidOperationException">The election has an elector already.</exception>
    public LeaderElectionBuilder UseInMemory()
    {
        Services.TryAddSingleton(provider => new InMemoryLeaseStore(provider.GetService<TimeProvider>()));
        return UseStore(static provider => provider.GetRequiredService<InMemoryLeaseStore>());
    }
}
