using System.Threading.Channels;

namespace LeaderElection.Node;

/// <summary>
/// The lines of the input, read on a thread of their own: reading the console blocks, and a blocked thread of the pool
/// would slow the elector down on a small machine.
/// </summary>
internal static class Commands
{
    public static IAsyncEnumerable<string> ReadAsync()
    {
        var lines = Channel.CreateUnbounded<string>();
        var thread = new Thread(() => Pump(lines.Writer)) { IsBackground = true, Name = "commands" };
        thread.Start();
        return lines.Reader.ReadAllAsync();
    }

    private static void Pump(ChannelWriter<string> lines)
    {
        while (Console.In.ReadLine() is { } line)
            lines.TryWrite(line);
        lines.TryComplete();
    }
}
