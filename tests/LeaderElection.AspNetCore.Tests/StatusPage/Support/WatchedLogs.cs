using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Lets a test wait until something was logged.</summary>
internal sealed class WatchedLogs : ILoggerProvider, ILogger
{
    /// <summary>What the host logs when a request is over.</summary>
    public const int RequestFinished = 2;

    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _counts = [];
    private readonly List<(int EventId, int Count, TaskCompletionSource Seen)> _awaited = [];

    public void AddTo(WebApplicationBuilder builder) => builder.Logging.AddProvider(this);

    public int Count(int eventId)
    {
        lock (_gate)
            return _counts.GetValueOrDefault(eventId);
    }

    public Task SeenAsync(int eventId, int count)
    {
        lock (_gate)
        {
            if (_counts.GetValueOrDefault(eventId) >= count)
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((eventId, count, seen));
            return seen.Task;
        }
    }

    // Others have the same event ids.
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("LeaderElection.", StringComparison.Ordinal)
        || categoryName == "Microsoft.AspNetCore.Hosting.Diagnostics"
            ? this
            : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _counts[eventId.Id] = _counts.GetValueOrDefault(eventId.Id) + 1;
            foreach (var (_, _, seen) in _awaited.Where(
                awaited => awaited.EventId == eventId.Id && awaited.Count <= _counts[eventId.Id]))
            {
                seen.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
    }
}
