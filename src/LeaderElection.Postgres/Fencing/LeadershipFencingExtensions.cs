using System.Data;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Transactions that only the leader can commit. The database decides, whatever the instance believes: while a fenced
/// transaction is open nobody else can begin a term, so what it writes cannot land after the writes of a successor.
/// Renewals go on beside it; takeover and release wait for its end. The server ends it when it is idle, or runs one
/// statement, for longer than what was left of the lease plus <see cref="PostgresLeaseOptions.FenceGrace"/>, so that a
/// dead leader keeps nobody out for longer. Lower limits that you have set stay. Safe to use from any thread, each
/// connection from one at a time.
/// </summary>
public static class LeadershipFencingExtensions
{
    /// <summary>
    /// Begins a transaction that is fenced by the term; one round trip more than a plain one. Dispose it like any
    /// other.
    /// </summary>
    /// <param name="leadership">The term, of an election that keeps its lease in Postgres.</param>
    /// <param name="connection">An open connection to the database that keeps the lease; not in a transaction.</param>
    /// <param name="cancellationToken">Ends the attempt; no transaction is left open.</param>
    /// <exception cref="LeadershipLostException">The term is over. No transaction is left open.</exception>
    /// <exception cref="InvalidOperationException">
    /// The lease is not kept in Postgres; the connection is closed, in a transaction, read-only, or of another
    /// database; or its role lacks a right. The message says which.
    /// </exception>
    /// <exception cref="NpgsqlException">The server or the connection failed.</exception>
    public static Task<NpgsqlTransaction> BeginFencedTransactionAsync(
        this Leadership leadership, NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        BeginFencedTransactionAsync(leadership, connection, IsolationLevel.Unspecified, cancellationToken);

    /// <summary>As the other, at an isolation level of your choice.</summary>
    /// <param name="leadership">The term, of an election that keeps its lease in Postgres.</param>
    /// <param name="connection">An open connection to the database that keeps the lease; not in a transaction.</param>
    /// <param name="isolationLevel">
    /// Npgsql's default, read committed, when <see cref="IsolationLevel.Unspecified"/>. From
    /// <see cref="IsolationLevel.RepeatableRead"/> on, a takeover in the very moment of the fence fails it with 40001
    /// instead; tried again, as one does at these levels, it is refused.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt; no transaction is left open.</param>
    /// <exception cref="LeadershipLostException">The term is over. No transaction is left open.</exception>
    /// <exception cref="InvalidOperationException">
    /// The lease is not kept in Postgres; the connection is closed, in a transaction, read-only, or of another
    /// database; or its role lacks a right. The message says which.
    /// </exception>
    /// <exception cref="NpgsqlException">The server or the connection failed.</exception>
    public static async Task<NpgsqlTransaction> BeginFencedTransactionAsync(
        this Leadership leadership, NpgsqlConnection connection, IsolationLevel isolationLevel,
        CancellationToken cancellationToken = default)
    {
        var fence = FenceOf(leadership);
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.State != ConnectionState.Open)
            throw new InvalidOperationException("The connection is not open. Open it before a transaction is fenced.");

        var transaction = await connection.BeginTransactionAsync(isolationLevel, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await RaiseAsync(fence, leadership, connection, transaction, cancellationToken).ConfigureAwait(false);
            return transaction;
        }
        catch (Exception)
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Fences a transaction that runs already, before its writes: one of EF Core, Dapper and others. A refused one
    /// stays open; roll it back. Rolling back to a savepoint that is older than the fence undoes the fence.
    /// </summary>
    /// <param name="leadership">The term, of an election that keeps its lease in Postgres.</param>
    /// <param name="transaction">
    /// A transaction in the database that keeps the lease. From <see cref="IsolationLevel.RepeatableRead"/> on fence it
    /// first: it sees the lease as at its first statement, so later it is refused when it need not be, and fails with
    /// 40001 where another leads by now.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt; the transaction is aborted then.</param>
    /// <exception cref="LeadershipLostException">The term is over. The transaction is as it was.</exception>
    /// <exception cref="InvalidOperationException">
    /// The lease is not kept in Postgres; the transaction has ended, is aborted, read-only, or of another database; or
    /// its role lacks a right. The message says which.
    /// </exception>
    /// <exception cref="NpgsqlException">The server or the connection failed.</exception>
    public static Task FenceAsync(
        this Leadership leadership, NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        var fence = FenceOf(leadership);
        ArgumentNullException.ThrowIfNull(transaction);
        var connection = transaction.Connection ?? throw new InvalidOperationException(
            "The transaction has ended. Begin a new one.");
        return RaiseAsync(fence, leadership, connection, transaction, cancellationToken);
    }

    private static async Task RaiseAsync(
        LeaseFence fence, Leadership leadership, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var isRaised = await fence.TryRaiseAsync(
            leadership.ElectionName, leadership.FencingToken, connection, transaction, cancellationToken)
            .ConfigureAwait(false);
        if (!isRaised)
        {
            throw new LeadershipLostException(
                $"Instance '{leadership.InstanceId}' no longer leads election '{leadership.ElectionName}': the "
                + $"database says that term {leadership.FencingToken} is over.");
        }
    }

    private static LeaseFence FenceOf(Leadership leadership)
    {
        ArgumentNullException.ThrowIfNull(leadership);
        return leadership.Store switch
        {
            IFencingStore store => store.Fence,
            null => throw new InvalidOperationException(
                $"{leadership} is of a {nameof(FakeLeaderElector)}: there is no lease that a transaction could be "
                + "fenced by. In a unit test put the write behind an interface; to test the write, run the election on "
                + $"a Postgres ({nameof(PostgresLeaseStore)})."),
            var other => throw new InvalidOperationException(
                $"{leadership} is kept in {other.GetType().Name}; a transaction can be fenced only by a lease in its "
                + "own database. Keep the election in Postgres: UsePostgres(connectionString) or "
                + $"{nameof(PostgresLeaseStore)}."),
        };
    }
}
