using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres.Tests;

/// <summary>Keeps what is logged, with exceptions as text, and lets a test wait for a line.</summary>
public sealed class LogCollector : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];
    private readonly List<(Func<LogEntry, bool> Matches, TaskCompletionSource<LogEntry> Seen)> _waiting = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public Task<LogEntry> WaitForAsync(int eventId) => WaitForAsync(entry => entry.EventId == eventId);

    public Task<LogEntry> WaitForAsync(Func<LogEntry, bool> matches)
    {
        lock (_gate)
        {
            if (_entries.Find(entry => matches(entry)) is { } entry)
                return Task.FromResult(entry);
            var seen = new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((matches, seen));
            return seen.Task.WaitAsync(TestTime.Patience);
        }
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var entry = new LogEntry(logLevel, eventId.Id, $"{formatter(state, exception)} {exception}");
        lock (_gate)
        {
            _entries.Add(entry);
            foreach (var (matches, seen) in _waiting)
            {
                if (matches(entry))
                    seen.TrySetResult(entry);
            }
        }
    }

    public void Dispose()
    {
    }
}

public sealed record LogEntry(LogLevel Level, int EventId, string Text);
