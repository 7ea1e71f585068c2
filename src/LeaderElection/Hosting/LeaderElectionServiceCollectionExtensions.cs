using System.Diagnostics.Metrics;
using LeaderElection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds elections to an app.</summary>
public static class LeaderElectionServiceCollectionExtensions
{
    /// <summary>
    /// Adds the app's election: inject <see cref="ILeaderElector"/>. It is started and stopped with the host; services
    /// registered after it stop before its lease is given away. Name a store on what this returns.
    /// </summary>
    /// <remarks>
    /// Options come, the later the stronger, from the defaults, the configuration section <c>LeaderElection</c>, the
    /// environment variables <c>LE_*</c> and <paramref name="configure"/>. Options that cannot be used, text that
    /// cannot be read and keys of the section that are not known stop the host from starting, before any connection is
    /// opened, with an <see cref="OptionsValidationException"/>. What holds at last is logged at the start (1021).
    /// </remarks>
    /// <param name="services">The services of the app.</param>
    /// <param name="configure">Sets options in code.</param>
    /// <exception cref="InvalidOperationException">The election was added before.</exception>
    public static LeaderElectionBuilder AddLeaderElection(
        this IServiceCollection services, Action<LeaderElectionOptions>? configure = null) =>
        Add(services, ElectionRegistry.Unnamed, Options.Options.DefaultName, configure);

    /// <summary>
    /// Adds one of several elections: inject it with <c>[FromKeyedServices(name)] ILeaderElector</c>. The first
    /// election added is also the one injected without a key. Its configuration section is
    /// <c>LeaderElection:Elections:{name}</c>, over what <c>LeaderElection</c> and <c>LE_*</c> say for all of them.
    /// </summary>
    /// <inheritdoc cref="AddLeaderElection(IServiceCollection, Action{LeaderElectionOptions})"/>
    /// <param name="services">The services of the app.</param>
    /// <param name="name">The key, and the election's name unless the options say otherwise.</param>
    /// <param name="configure">Sets options in code.</param>
    public static LeaderElectionBuilder AddLeaderElection(
        this IServiceCollection services, string name, Action<LeaderElectionOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, name, configure);
    }

    private static LeaderElectionBuilder Add(
        IServiceCollection services, string name, string optionsName, Action<LeaderElectionOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ElectionRegistry.Of(services).Add(name, optionsName);
        services.TryAddSingleton(static _ => EnvironmentVariables.OfProcess());
        services.TryAddSingleton(static provider => new UnreadSettings(
            provider.GetRequiredService<ElectionRegistry>(),
            provider.GetRequiredService<EnvironmentVariables>(),
            provider.GetService<IConfiguration>()));

        var options = services.AddOptions<LeaderElectionOptions>(optionsName)
            .Configure<IServiceProvider>((options, provider) => ConfiguredOptions.Apply(
                options,
                optionsName,
                provider.GetService<IConfiguration>(),
                provider.GetRequiredService<EnvironmentVariables>()));
        if (configure is not null)
            options.Configure(configure);
        options.ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LeaderElectionOptions>, LeaderElectionOptionsValidator>());

        AddMetrics(services);
        services.AddKeyedSingleton(name, (provider, _) => CreateElector(provider, name));
        services.AddKeyedSingleton<IElector>(
            name, static (provider, key) => provider.GetRequiredKeyedService<ILeaderElector>(key));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ILeaderElector>(name));
        services.AddKeyedSingleton<ILeaderElectorFactory>(name, (provider, _) => new LeaderElectorFactory(
            name,
            () => provider.GetRequiredService<IOptionsMonitor<LeaderElectionOptions>>().Get(optionsName),
            provider.GetKeyedService<ElectionStore>(name),
            provider.GetRequiredService<CreatedElections>()));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ILeaderElectorFactory>(name));
        services.AddSingleton<IHostedService>(provider => new ElectorHostedService(
            name,
            provider.GetRequiredKeyedService<IElector>(name),
            provider.GetRequiredService<CreatedElections>()));
        return new LeaderElectionBuilder(services, name, optionsName);
    }

    private static void AddMetrics(IServiceCollection services)
    {
        services.AddOptions<LeaderElectionMetricsOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<
                IValidateOptions<LeaderElectionMetricsOptions>, LeaderElectionMetricsOptionsValidator>());
        services.TryAddSingleton(static provider => ElectionInstruments.Of(
            provider.GetService<IMeterFactory>(),
            provider.GetRequiredService<IOptions<LeaderElectionMetricsOptions>>().Value));
    }

    private static ILeaderElector CreateElector(IServiceProvider provider, string name)
    {
        provider.GetRequiredService<ElectionRegistry>().CheckNames(
            provider.GetRequiredService<IOptionsMonitor<LeaderElectionOptions>>());
        var source = provider.GetKeyedService<ElectorSource>(name) ?? throw new InvalidOperationException(
            $"Election '{name}' has no store. Name one where it is added, for example "
            + "services.AddLeaderElection(…).UsePostgres(connectionString), or UseInMemory() for a single instance.");
        provider.GetRequiredService<UnreadSettings>().WarnOnce(provider.GetService<ILoggerFactory>());
        return source.Create(provider);
    }
}
