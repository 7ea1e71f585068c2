using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeaderElection.Node;

public enum NodeMessageKind
{
    /// <summary>The elector runs.</summary>
    Started,

    /// <summary>A stretch of <c>IsLeader == true</c> began.</summary>
    Gained,

    /// <summary>The stretch goes on.</summary>
    Leading,

    /// <summary>The stretch is over.</summary>
    Lost,

    /// <summary>The elector reported a change.</summary>
    Changed,

    /// <summary>The work that needs leadership began or ended.</summary>
    Work,

    /// <summary>A line of the elector's log.</summary>
    Logged,

    /// <summary>A command was carried out.</summary>
    Done,

    /// <summary>The node leads and remembers its term for a write.</summary>
    Prepared,

    /// <summary>A row with the token of that term was written.</summary>
    Written,

    /// <summary>There is no term to remember, or the fence refused the write.</summary>
    Refused,

    /// <summary>A row of the log table was committed.</summary>
    Appended,

    /// <summary>The fence refused a row of the log table.</summary>
    AppendRefused,

    /// <summary>A row of the log table may or may not have been committed: no answer came, or an error.</summary>
    AppendUnknown,
}

/// <summary>One line of a node's standard output. All times are ticks of the machine-wide monotonic clock.</summary>
public sealed record NodeMessage(NodeMessageKind Kind, long At)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The term.</summary>
    public long? Token { get; init; }

    /// <summary>Of a stretch: taken just after the first sample that was true.</summary>
    public long? From { get; init; }

    /// <summary>Of a stretch: taken just before the last sample that was true.</summary>
    public long? Until { get; init; }

    /// <summary>Why the elector's state changed.</summary>
    public LeadershipChangeReason? Reason { get; init; }

    /// <summary>The leader as the elector knows it.</summary>
    public string? Leader { get; init; }

    /// <summary>A log line, the command that is done, or what happened to the work.</summary>
    public string? Text { get; init; }

    /// <summary>Of an append: counts those of this process.</summary>
    public long? Number { get; init; }

    /// <summary>Of an append: when it was begun.</summary>
    public long? InvokedAt { get; init; }

    /// <summary>Of an append: whether it was made behind the fence.</summary>
    public bool? IsFenced { get; init; }

    /// <summary>Of an append: its place in the table, in the order of the commits.</summary>
    public long? Position { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this, Json);

    /// <summary>Null for a line that is not one of ours.</summary>
    public static NodeMessage? FromLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeMessage>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
