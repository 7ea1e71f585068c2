using System.Diagnostics;
using LeaderElection.Postgres;
using Npgsql;

namespace LeaderElection.Node;

/// <summary>
/// Writes as a leader that checked once and acts later: first <c>prepare</c>, then <c>write</c> with the term of then.
/// Each row of the table <c>written</c> has its writer's token.
/// </summary>
internal sealed class Writer(ICandidate candidate, NodeSettings settings, Reporter reporter) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
    private Leadership? _term;
    private NpgsqlConnection? _held;

    public async Task PrepareAsync()
    {
        _term = candidate.Term;

        // A connection stands ready: the write is the first thing that a thawed process does.
        await (await _dataSource.OpenConnectionAsync()).DisposeAsync();
        Say(_term is null ? NodeMessageKind.Refused : NodeMessageKind.Prepared);
    }

    public async Task WritePlainAsync()
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await InsertAsync(connection);
        Say(NodeMessageKind.Written);
    }

    public async Task WriteFencedAsync()
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        try
        {
            await using var transaction = await _term!.BeginFencedTransactionAsync(connection);
            await InsertAsync(connection);
            await transaction.CommitAsync();
            Say(NodeMessageKind.Written);
        }
        catch (LeadershipLostException)
        {
            Say(NodeMessageKind.Refused);
        }
    }

    /// <summary>Writes in a fenced transaction and leaves it open.</summary>
    public async Task HoldAsync()
    {
        _held = await _dataSource.OpenConnectionAsync();
        await _term!.BeginFencedTransactionAsync(_held);
        await InsertAsync(_held);
        Say(NodeMessageKind.Written);
    }

    public async ValueTask DisposeAsync()
    {
        if (_held is not null)
            await _held.DisposeAsync();
        await _dataSource.DisposeAsync();
    }

    private async Task InsertAsync(NpgsqlConnection connection)
    {
        var table = $"{new NpgsqlCommandBuilder().QuoteIdentifier(settings.Schema)}.written";
        await using var command = new NpgsqlCommand($"INSERT INTO {table} (token) VALUES ($1)", connection);
        command.Parameters.AddWithValue(_term!.FencingToken);
        await command.ExecuteNonQueryAsync();
    }

    private void Say(NodeMessageKind kind) =>
        reporter.Say(new NodeMessage(kind, Stopwatch.GetTimestamp()) { Token = _term?.FencingToken });
}
