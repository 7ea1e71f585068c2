using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>The database that keeps the leases, asked over the store's own connections. Safe to use from any
/// thread.</summary>
/// <param name="commands">The store's.</param>
/// <param name="limit">
/// How long to ask: shorter than a wait for an exhausted pool, which the askers themselves may exhaust.
/// </param>
internal sealed class HomeDatabase(LeaseCommands commands, TimeSpan limit)
{
    private volatile ServerPlace? _place;

    /// <summary>As last heard of, which may be of before a restart or a failover; null until it was asked.</summary>
    public ServerPlace? LastHeardOf => _place;

    public async Task<ServerPlace> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        return await commands.RunAsync(AskAsync, patience.Token).ConfigureAwait(false);
    }

    public async Task<ServerPlace> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _place = await ServerPlace.AskAsync(connection, cancellationToken).ConfigureAwait(false);
}
