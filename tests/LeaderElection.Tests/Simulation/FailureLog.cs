using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests.Simulation;

/// <summary>Keeps the first exception that the loop of an elector survived and that is not the store's: nobody would see
/// it otherwise.</summary>
internal sealed class FailureLog : ILogger
{
    private const string LoopFailed = nameof(LoopFailed);

    public Exception? Failure { get; private set; }

    public ILoggerFactory ToFactory() => new Factory(this);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == LoopFailed && exception is not IOException)
            Failure ??= exception;
    }

    private sealed class Factory(FailureLog log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
