using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeaderElection.Kit;

/// <summary>
/// Keeps what is logged, lets a test wait for a line, and does what a logger may do wrong. Factory, provider and logger
/// in one. Safe to use from any thread.
/// </summary>
public sealed class LogCollector : ILoggerFactory, ILoggerProvider, ILogger
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];
    private readonly List<(Func<LogEntry, bool> Matches, int Times, TaskCompletionSource<LogEntry> Seen)> _awaited = [];

    /// <summary>What is less is not kept.</summary>
    public LogLevel MinimumLevel { get; init; }

    /// <summary>Whether what is logged under a category is kept: some have event ids in common.</summary>
    public Func<string, bool> Keeps { get; init; } = static _ => true;

    /// <summary>Thrown by every call of a logger; null for a logger that works.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Runs for every entry, on the thread that logs, before anybody hears of it.</summary>
    public Action<LogEntry>? OnEntry { get; set; }

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public int Count(int eventId)
    {
        lock (_gate)
            return _entries.Count(entry => entry.EventId == eventId);
    }

    /// <summary>The first such entry; null when there is none yet.</summary>
    public LogEntry? Find(Predicate<LogEntry> matches)
    {
        lock (_gate)
            return _entries.Find(matches);
    }

    /// <inheritdoc cref="WaitForAsync(Func{LogEntry, bool}, int, TimeSpan?)"/>
    public Task<LogEntry> WaitForAsync(int eventId, int times = 1, TimeSpan? patience = null) =>
        WaitForAsync(entry => entry.EventId == eventId, times, patience);

    /// <summary>The last of so many such entries, those before this call among them.</summary>
    /// <exception cref="TimeoutException">There were fewer. The message lists what was logged.</exception>
    public async Task<LogEntry> WaitForAsync(Func<LogEntry, bool> matches, int times = 1, TimeSpan? patience = null)
    {
        var seen = new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited.Add((matches, times, seen));
            TellWaiting();
        }

        try
        {
            return await seen.Task.WaitAsync(patience ?? Eventually.Patience);
        }
        catch (TimeoutException exception)
        {
            var logged = string.Join('\n', Entries.TakeLast(30).Select(entry => $"{entry.EventId} {entry.Message}"));
            throw new TimeoutException($"What was waited for was not logged {times} times, but:\n{logged}", exception);
        }
    }

    public ILogger CreateLogger(string categoryName) => Keeps(categoryName) ? this : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => Failure is null ? null : throw Failure;

    public bool IsEnabled(LogLevel logLevel) => Failure is null ? logLevel >= MinimumLevel : throw Failure;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var entry = new LogEntry(logLevel, eventId.Id, eventId.Name, formatter(state, exception), exception);
        OnEntry?.Invoke(entry);
        lock (_gate)
        {
            _entries.Add(entry);
            TellWaiting();
        }
    }

    public void Dispose()
    {
    }

    private void TellWaiting() => _awaited.RemoveAll(waiting =>
        _entries.Where(waiting.Matches).ElementAtOrDefault(waiting.Times - 1) is { } entry
        && waiting.Seen.TrySetResult(entry));
}
