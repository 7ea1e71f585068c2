using Microsoft.Extensions.Logging;

namespace LeaderElection.Kit;

/// <param name="Level">How bad it is.</param>
/// <param name="EventId">Which of the library's events.</param>
/// <param name="Name">The name of the event; null where it has none.</param>
/// <param name="Message">The formatted line.</param>
/// <param name="Exception">What was logged with it.</param>
public sealed record LogEntry(LogLevel Level, int EventId, string? Name, string Message, Exception? Exception)
{
    /// <summary>The line and all of the exception, as a log file would show them.</summary>
    public string Text => $"{Message} {Exception}";
}
