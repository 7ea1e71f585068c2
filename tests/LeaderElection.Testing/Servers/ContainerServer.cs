#if TESTCONTAINERS
using Testcontainers.PostgreSql;

namespace LeaderElection.Testing;

/// <summary>The last source: a container. Testcontainers removes it, too, when this process dies.</summary>
internal static class ContainerServer
{
    private const string Image = "postgres:17";

    public static async Task<(string ConnectionString, IAsyncDisposable Container)> StartAsync(
        CancellationToken cancellationToken)
    {
        var container = new PostgreSqlBuilder().WithImage(Image).WithCommand("-c", "max_connections=200").Build();
        try
        {
            await container.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return (container.GetConnectionString(), container);
    }
}
#endif
