using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>Whether a data source can give what LISTEN needs: one connection, for good. Says where it
/// cannot.</summary>
internal static class ListenNeeds
{
    // The one that listens is never given back; renewals need another.
    private const int FewestConnections = 2;

    public static bool AreMet(NpgsqlDataSource dataSource, ILogger logger)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        if (settings.Multiplexing)
        {
            Log.MultiplexingCannotListen(logger);
            return false;
        }

        if (settings.Pooling && settings.MaxPoolSize < FewestConnections)
        {
            Log.PoolTooSmallToListen(logger, settings.MaxPoolSize);
            return false;
        }

        return true;
    }
}
