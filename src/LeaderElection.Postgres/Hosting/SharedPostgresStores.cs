using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The Postgres stores of one app: elections that name the same place share one, and its connections. Made before the
/// electors that use them, so the container disposes it, and the stores with it, after them.
/// </summary>
internal sealed class SharedPostgresStores : IAsyncDisposable, IDisposable
{
    private readonly IServiceProvider _provider;

    // As users configure them: their code runs once for each election, when the first store is asked for.
    private readonly Lazy<Dictionary<PostgresUse, PostgresLeaseOptions>> _options;

    // Guards the stores.
    private readonly Lock _gate = new();
    private readonly Dictionary<Place, PostgresLeaseStore> _stores = [];

    public SharedPostgresStores(
        IServiceProvider provider, IEnumerable<PostgresUse> uses, IOptionsMonitor<LeaderElectionOptions> elections)
    {
        _provider = provider;
        _options = new Lazy<Dictionary<PostgresUse, PostgresLeaseOptions>>(
            () => uses.ToDictionary(use => use, use => Configured(use, elections)));
    }

    public PostgresLeaseStore Get(PostgresUse use)
    {
        var place = Place.Of(use, _options.Value[use]);
        lock (_gate)
        {
            if (!_stores.TryGetValue(place, out var store))
                _stores[place] = store = Create(use);
            return store;
        }
    }

    /// <summary>What a store for it is made with. Of those that share it the most patient one counts: the driver must
    /// not cut an attempt that is waited for.</summary>
    public PostgresLeaseOptions OptionsOf(PostgresUse use)
    {
        var place = Place.Of(use, _options.Value[use]);
        var options = _options.Value[use].Copy();
        options.DriverTimeoutUnlessSet = _options.Value.Where(other => Place.Of(other.Key, other.Value) == place)
            .Max(other => other.Value.DriverTimeoutUnlessSet);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
            await store.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var store in _stores.Values)
            store.Dispose();
    }

    private static PostgresLeaseOptions Configured(
        PostgresUse use, IOptionsMonitor<LeaderElectionOptions> elections)
    {
        var options = new PostgresLeaseOptions
        {
            DriverTimeoutUnlessSet = Clamp(elections.Get(use.OptionsName).StoreTimeout),
        };
        use.Configure?.Invoke(options);
        return options;
    }

    // Long leases have attempts of hours; no connection is waited for that long.
    private static TimeSpan Clamp(TimeSpan timeout) => TimeSpan.FromTicks(Math.Clamp(
        timeout.Ticks,
        PostgresLeaseOptions.ShortestDriverTimeout.Ticks,
        PostgresLeaseOptions.LongestDriverTimeout.Ticks));

    private PostgresLeaseStore Create(PostgresUse use)
    {
        var options = OptionsOf(use);
        var loggerFactory = _provider.GetService<ILoggerFactory>();
        if (use.ConnectionString is not null)
            return new PostgresLeaseStore(use.ConnectionString, options, loggerFactory);

        var dataSource = _provider.GetService<NpgsqlDataSource>() ?? throw new InvalidOperationException(
            $"Election '{use.Name}' uses Postgres without a connection string, and no NpgsqlDataSource is "
            + "registered. Call UsePostgres(connectionString), or register one: "
            + "services.AddSingleton(NpgsqlDataSource.Create(connectionString)).");
        return new PostgresLeaseStore(dataSource, options, loggerFactory);
    }

    /// <summary>What elections have to have in common to share a store. How long the driver waits is not part of
    /// it.</summary>
    private sealed record Place(
        string? ConnectionString, string Schema, string TableName, bool CreateTable, bool UseNotifications,
        TimeSpan FenceGrace)
    {
        public static Place Of(PostgresUse use, PostgresLeaseOptions options) => new(
            use.ConnectionString, options.Schema, options.TableName, options.CreateTable, options.UseNotifications,
            options.FenceGrace);
    }
}
