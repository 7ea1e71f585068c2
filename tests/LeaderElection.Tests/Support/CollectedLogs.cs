using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests;

public sealed record LogEntry(LogLevel Level, int EventId, string Message, Exception? Exception = null);

/// <summary>Keeps what was logged.</summary>
public sealed class CollectedLogs : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    public int Count(int eventId) => _entries.Count(entry => entry.EventId == eventId);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue(new LogEntry(logLevel, eventId.Id, formatter(state, exception), exception));

    public void Dispose()
    {
    }
}
