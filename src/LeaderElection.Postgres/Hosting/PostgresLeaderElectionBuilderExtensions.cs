using LeaderElection;
using LeaderElection.Postgres;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps leases in Postgres.</summary>
public static class PostgresLeaderElectionBuilderExtensions
{
    /// <summary>
    /// Keeps the lease in the given database, over a small data source of its own: apart from the app's pool. Elections
    /// of one app with the same connection string and options share it.
    /// </summary>
    /// <param name="builder">The election.</param>
    /// <param name="connectionString">Npgsql's keywords; never logged.</param>
    /// <param name="configure">Sets options in code.</param>
    public static LeaderElectionBuilder UsePostgres(
        this LeaderElectionBuilder builder, string connectionString, Action<PostgresLeaseOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return Use(builder, connectionString, configure);
    }

    /// <summary>
    /// Keeps the lease in the database of the app's <see cref="NpgsqlDataSource"/>. While that pool is exhausted,
    /// renewals wait with everybody else and leadership can be lost: prefer a connection string.
    /// </summary>
    /// <param name="builder">The election.</param>
    /// <param name="configure">Sets options in code.</param>
    public static LeaderElectionBuilder UsePostgres(
        this LeaderElectionBuilder builder, Action<PostgresLeaseOptions>? configure = null) =>
        Use(builder, connectionString: null, configure);

    private static LeaderElectionBuilder Use(
        LeaderElectionBuilder builder, string? connectionString, Action<PostgresLeaseOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var use = new PostgresUse(builder.Name, builder.OptionsName, connectionString, configure);
        builder.UseStore(provider => provider.GetRequiredService<SharedPostgresStores>().Get(use));
        builder.Services.AddSingleton(use);
        builder.Services.TryAddSingleton<SharedPostgresStores>();
        return builder;
    }
}
