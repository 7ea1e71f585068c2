using DotNet.Testcontainers.Builders;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;

namespace LeaderElection.Lab;

/// <summary>The last source: a container. Testcontainers removes it, too, when this process dies.</summary>
internal static class ContainerServer
{
    /// <exception cref="PostgresNotFoundException">Docker does not answer.</exception>
    public static async Task<PostgreSqlContainer> StartAsync(
        PostgresRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await StartAsync(Builder(request), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DockerUnavailableException or HttpRequestException)
        {
            throw new PostgresNotFoundException(
                $"No {request.Wanted} found, and Docker does not answer. Set "
                + $"{PostgresRequest.ConnectionStringVariable} to the connection string of one, or install the server "
                + "(Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew "
                + "install postgresql), or start Docker.", exception);
        }
    }

    private static PostgreSqlBuilder Builder(PostgresRequest request)
    {
        var builder = new PostgreSqlBuilder(request.Image)
            .WithCommand("-c", "max_connections=200")
            .WithLogger(NullLogger.Instance);
        return request.Docker is { } docker ? builder.WithDockerEndpoint(docker) : builder;
    }

    private static async Task<PostgreSqlContainer> StartAsync(
        PostgreSqlBuilder builder, CancellationToken cancellationToken)
    {
        var container = builder.Build();
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
}
