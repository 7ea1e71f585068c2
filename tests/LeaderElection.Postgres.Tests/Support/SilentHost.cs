using System.Net;
using System.Net.Sockets;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// A port that answers nothing, as that of a machine without power: its queue of connections is full.
/// </summary>
internal sealed class SilentHost : IDisposable
{
    private const int Enough = 4;

    private readonly Socket _listener = NewSocket();
    private readonly List<Socket> _queue = [];

    public SilentHost()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        for (var number = 0; number < Enough; number++)
        {
            var client = NewSocket();
            client.Blocking = false;
            _queue.Add(client);
            try
            {
                client.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (
                exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // Under way, or in the queue for ever.
            }
        }
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        foreach (var client in _queue)
            client.Dispose();
        _listener.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
