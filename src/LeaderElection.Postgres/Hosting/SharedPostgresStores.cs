using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The Postgres stores of one app: elections that name the same place share one, and its connections. Made before the
/// electors that use them, so the container disposes it, and the stores with it, after them.
/// </summary>
internal sealed class SharedPostgresStores(
    IServiceProvider provider, IEnumerable<PostgresUse> uses, IOptionsMonitor<LeaderElectionOptions> elections)
    : IAsyncDisposable, IDisposable
{
    // Guards the stores.
    private readonly Lock _gate = new();
    private readonly Dictionary<object, PostgresLeaseStore> _stores = [];

    public PostgresLeaseStore Get(PostgresUse use)
    {
        var place = Place(use);
        lock (_gate)
        {
            if (!_stores.TryGetValue(place, out var store))
                _stores[place] = store = Create(use, place);
            return store;
        }
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

    private static object Place(PostgresUse use)
    {
        var options = Configured(use);
        return (
            use.ConnectionString, options.Schema, options.TableName, options.CreateTable, options.UseNotifications,
            options.FenceGrace);
    }

    private static PostgresLeaseOptions Configured(PostgresUse use)
    {
        var options = new PostgresLeaseOptions();
        use.Configure?.Invoke(options);
        return options;
    }

    private PostgresLeaseStore Create(PostgresUse use, object place)
    {
        // The most patient of the elections that share the store: the driver must not cut an attempt that is waited
        // for. Long leases have attempts of hours; no connection is waited for that long.
        var longestAttempt = uses.Where(other => Place(other).Equals(place))
            .Max(other => elections.Get(other.OptionsName).StoreTimeout);
        var options = new PostgresLeaseOptions { DriverTimeout = Clamp(longestAttempt) };
        use.Configure?.Invoke(options);

        var loggerFactory = provider.GetService<ILoggerFactory>();
        if (use.ConnectionString is not null)
            return new PostgresLeaseStore(use.ConnectionString, options, loggerFactory);

        var dataSource = provider.GetService<NpgsqlDataSource>() ?? throw new InvalidOperationException(
            $"Election '{use.ElectionKey}' uses Postgres without a connection string, and no NpgsqlDataSource is "
            + "registered. Call UsePostgres(connectionString), or register one: "
            + "services.AddSingleton(NpgsqlDataSource.Create(connectionString)).");
        return new PostgresLeaseStore(dataSource, options, loggerFactory);
    }

    private static TimeSpan Clamp(TimeSpan timeout) => TimeSpan.FromTicks(Math.Clamp(
        timeout.Ticks,
        PostgresLeaseOptions.ShortestDriverTimeout.Ticks,
        PostgresLeaseOptions.LongestDriverTimeout.Ticks));
}
