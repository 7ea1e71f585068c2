using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>Says once an outage that commands wait in vain for a connection of the app's own pool. Safe to use from any
/// thread.</summary>
internal sealed class SharedPoolLog(NpgsqlDataSource dataSource, ILogger logger)
{
    // Less than that is no wait.
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(50);

    private readonly SaidOnce _waits = new();

    public async Task<NpgsqlConnection> OpenAsync(
        Func<CancellationToken, Task<NpgsqlConnection>> open, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var connection = await open(cancellationToken).ConfigureAwait(false);
            _waits.Over();
            return connection;
        }
        catch (Exception exception) when (
            cancellationToken.IsCancellationRequested || exception.InnerException is TimeoutException)
        {
            var waited = TimeProvider.System.GetElapsedTime(began);
            if (waited >= Noticeable && _waits.IsNews())
            {
                var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
                Log.SharedPoolKeepsWaiting(logger, waited, settings.MaxPoolSize);
            }

            throw;
        }
    }
}
