using System.Diagnostics;
using LeaderElection.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace LeaderElection.Node;

/// <summary>
/// Writes rows to a log table for as long as its node believes that it leads: some behind the fence, some as they come,
/// each in a loop of its own, so that one that hangs does not hold up the other.
/// </summary>
/// <remarks>
/// The position of a row is counted up in the one row of <c>fault_log_head</c>, whose lock is held until the commit:
/// positions have no gaps, and rows are committed in the order of their positions.
/// </remarks>
internal sealed class Appender : IAsyncDisposable
{
    // In seconds, the driver's grain: a write that hangs is given up, so that the loop finds the network mended.
    private const int Timeout = 1;

    private readonly ICandidate _candidate;
    private readonly AppendSettings _settings;
    private readonly Reporter _reporter;
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _append;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _loops;
    private long _number;

    public Appender(ICandidate candidate, NodeSettings settings, AppendSettings append, Reporter reporter)
    {
        _candidate = candidate;
        _settings = append;
        _reporter = reporter;
        _dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = Timeout,
            CommandTimeout = Timeout,
            CancellationTimeout = 500,
            MaxPoolSize = 4,
            NoResetOnClose = true,
        });

        var schema = new NpgsqlCommandBuilder().QuoteIdentifier(settings.Schema);
        _append =
            $"""
            WITH head AS (UPDATE {schema}.fault_log_head SET position = position + 1 RETURNING position)
            INSERT INTO {schema}.fault_log (position, token, node, number, fenced)
            SELECT position, $1, $2, $3, $4 FROM head RETURNING position
            """;
        _loops = Task.WhenAll(
            RepeatAsync(AppendPlainAsync, _stopped.Token), RepeatAsync(AppendFencedAsync, _stopped.Token));
    }

    /// <summary>Returns when the writes under way have ended.</summary>
    public async Task StopAsync()
    {
        await _stopped.CancelAsync();
        await _loops;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _dataSource.DisposeAsync();
        _stopped.Dispose();
    }

    private async Task RepeatAsync(Func<Task> append, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_settings.Every);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await append();
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private Task AppendPlainAsync() => _candidate.Token is { } token
        ? ReportAsync(token, isFenced: false, async number =>
        {
            await using var connection = await _dataSource.OpenConnectionAsync();
            return await AppendAsync(connection, token, number, isFenced: false);
        })
        : Task.CompletedTask;

    private Task AppendFencedAsync() => _candidate.Term is { } term
        ? ReportAsync(term.FencingToken, isFenced: true, async number =>
        {
            await using var connection = await _dataSource.OpenConnectionAsync();
            await using var transaction = await term.BeginFencedTransactionAsync(connection);
            var position = await AppendAsync(connection, term.FencingToken, number, isFenced: true);
            await transaction.CommitAsync();
            return position;
        })
        : Task.CompletedTask;

    private async Task<long> AppendAsync(NpgsqlConnection connection, long token, long number, bool isFenced)
    {
        await using var command = new NpgsqlCommand(_append, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = token, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = _settings.Node, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = number, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = isFenced, NpgsqlDbType = NpgsqlDbType.Boolean });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ReportAsync(long token, bool isFenced, Func<long, Task<long>> append)
    {
        var number = Interlocked.Increment(ref _number);
        var invokedAt = Stopwatch.GetTimestamp();
        long? position = null;
        string? error = null;
        var kind = NodeMessageKind.Appended;
        try
        {
            position = await append(number);
        }
        catch (LeadershipLostException)
        {
            kind = NodeMessageKind.AppendRefused;
        }
        catch (Exception exception)
        {
            // Whether it was committed before the answer was lost is not known.
            kind = NodeMessageKind.AppendUnknown;
            error = $"{exception.GetType().Name}: {exception.Message}";
        }

        _reporter.Say(new NodeMessage(kind, Stopwatch.GetTimestamp())
        {
            Token = token,
            Number = number,
            IsFenced = isFenced,
            InvokedAt = invokedAt,
            Position = position,
            Text = error,
        });
    }
}
