using Microsoft.Extensions.Logging;

namespace LeaderElection.Node;

/// <summary>Sends what the library logs to the parent.</summary>
internal sealed class ReportingLogger(Reporter reporter) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var line = $"{logLevel} {eventId.Id}: {formatter(state, exception)} {exception}";
        reporter.Say(NodeMessageKind.Logged, line.Trim());
    }

    public void Dispose()
    {
    }
}
