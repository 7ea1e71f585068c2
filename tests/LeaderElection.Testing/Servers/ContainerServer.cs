using DotNet.Testcontainers.Builders;
using Testcontainers.PostgreSql;

namespace LeaderElection.Testing;

/// <summary>The last source: a container. Testcontainers removes it, too, when this process dies.</summary>
internal static class ContainerServer
{
    /// <exception cref="PostgresNotFoundException">Docker does not answer.</exception>
    public static async Task<PostgreSqlContainer> StartAsync(
        PostgresRequest request, CancellationToken cancellationToken)
    {
        var container = Build(request);
        try
        {
            await container.StartAsync(cancellationToken).ConfigureAwait(false);
            return container;
        }
        catch (Exception)
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static PostgreSqlContainer Build(PostgresRequest request)
    {
        try
        {
            var builder = new PostgreSqlBuilder(request.Image).WithCommand("-c", "max_connections=200");
            return (request.Docker is { } docker ? builder.WithDockerEndpoint(docker) : builder).Build();
        }
        catch (DockerUnavailableException exception)
        {
            throw new PostgresNotFoundException(
                $"No {request.Wanted} found, and Docker does not answer. Set {PostgresRequest.ConnectionStringVariable} "
                + "to the connection string of one, or install the server (Debian, Ubuntu: apt-get install postgresql; "
                + "Fedora: dnf install postgresql-server; macOS: brew install postgresql), or start Docker.", exception);
        }
    }
}
