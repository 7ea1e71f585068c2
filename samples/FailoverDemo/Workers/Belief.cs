using System.Globalization;

namespace FailoverDemo;

/// <summary>
/// A time during which a worker is known to have believed that it led; ticks of the monotonic clock that all processes
/// of a machine share. It claims no more than is certain: the true stretch is up to a sample longer at both ends.
/// </summary>
internal sealed record Belief(string Worker, long Token, long From, long Until, bool IsOver)
{
    /// <summary>Null for a line that is something else.</summary>
    public static Belief? FromLine(string line) =>
        line.Split(' ') is ["belief", var worker, var token, var from, var until, var isOver]
            ? new Belief(worker, Number(token), Number(from), Number(until), bool.Parse(isOver))
            : null;

    public string ToLine() =>
        string.Create(CultureInfo.InvariantCulture, $"belief {Worker} {Token} {From} {Until} {IsOver}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
