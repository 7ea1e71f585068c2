namespace LeaderElection.AspNetCore.Tests;

internal static class MonitorExtensions
{
    /// <summary>Waits until the monitor has taken note of that many changes.</summary>
    public static async Task SeenAsync(this ElectionMonitor monitor, string election, long version)
    {
        while (true)
        {
            var changed = monitor.Changed;
            if (monitor.Elections.Single(watch => watch.Name == election).Version >= version)
                return;
            await changed;
        }
    }
}
