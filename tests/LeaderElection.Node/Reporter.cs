using System.Collections.Concurrent;
using System.Diagnostics;

namespace LeaderElection.Node;

/// <summary>Writes messages on a thread of its own: a reader that is slow must not hold up the sampling.</summary>
internal sealed class Reporter
{
    private readonly BlockingCollection<NodeMessage> _messages = [];
    private readonly Thread _thread;

    public Reporter()
    {
        _thread = new Thread(Write) { IsBackground = true, Name = "reporter" };
        _thread.Start();
    }

    public void Say(NodeMessage message) => _messages.Add(message);

    public void Say(NodeMessageKind kind, string text) =>
        Say(new NodeMessage(kind, Stopwatch.GetTimestamp()) { Text = text });

    public void Finish()
    {
        _messages.CompleteAdding();
        _thread.Join();
    }

    private void Write()
    {
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        try
        {
            foreach (var message in _messages.GetConsumingEnumerable())
                output.WriteLine(message.ToLine());
        }
        catch (IOException)
        {
            // Nobody reads any more: the parent is gone, and the closed input ends the node.
        }
    }
}
