using LeaderElection.Postgres;

namespace LeaderElection.Node;

internal static class Stores
{
    public static PostgresLeaseStore Make(NodeSettings settings, Reporter reporter)
    {
        var options = new PostgresLeaseOptions
        {
            Schema = settings.Schema,
            UseNotifications = settings.UseNotifications,
            FenceGrace = settings.FenceGrace,
        };
        if (settings.DriverTimeout is { } timeout)
            options.DriverTimeout = timeout;
        return new PostgresLeaseStore(settings.ConnectionString, options, new ReportingLogger(reporter));
    }
}
