using System.Net;
using System.Net.Sockets;

namespace LeaderElection.Lab;

[Flags]
public enum RelayDirections
{
    None = 0,
    ToServer = 1,
    ToClient = 2,
    Both = ToServer | ToClient,
}

/// <summary>
/// Stands between clients and a server and does to their connections, old and new, what networks do. It passes
/// everything on until told otherwise; it listens on 127.0.0.1, on a port chosen by the system.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly EndPoint _server;
    private readonly CancellationTokenSource _disposed = new();
    private volatile RelayWeather _weather = new();

    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly HashSet<RelayConnection> _connections = [];
    private Socket _listener;

    public TcpRelay(string host, int port)
    {
        _server = IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : new DnsEndPoint(host, port);
        _listener = Bind(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Listen();
    }

    public string Host { get; } = IPAddress.Loopback.ToString();

    public int Port { get; }

    /// <summary>Connections that neither side has closed.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
                return _connections.Count;
        }
    }

    /// <summary>Fair weather again. What was swallowed arrives now, late, as a network would resend it.</summary>
    public void Pass()
    {
        _weather.Swallowed = RelayDirections.None;
        _weather.Delay = TimeSpan.Zero;
        _weather.Notify();
        lock (_gate)
        {
            if (!_listener.IsListening())
                Listen();
        }
    }

    /// <summary>
    /// Nothing gets through, and nobody is told: as when packets are dropped. New connections are accepted and hang.
    /// </summary>
    public void Swallow(RelayDirections directions = RelayDirections.Both) => _weather.Swallowed = directions;

    /// <summary>
    /// The connections that there are hang for good, as after a router forgot them; new ones pass.
    /// </summary>
    public void SwallowExisting()
    {
        _weather.Swallowed = RelayDirections.Both;
        _weather = new RelayWeather();
    }

    /// <summary>Everything takes this much longer, each way.</summary>
    public void Delay(TimeSpan delay) => _weather.Delay = delay;

    /// <summary>Ends the connections that there are with a reset, on both sides.</summary>
    public void Reset()
    {
        RelayConnection[] connections;
        lock (_gate)
        {
            connections = [.. _connections];
            _connections.Clear();
        }

        foreach (var connection in connections)
            connection.Reset();
    }

    /// <summary>Refuses new connections; the old ones go on.</summary>
    public void Refuse()
    {
        lock (_gate)
        {
            // Bound without listening, the port refuses and stays ours.
            _listener.Dispose();
            _listener = Bind(Port);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        lock (_gate)
            _listener.Dispose();
        Reset();
        _disposed.Dispose();
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private void Listen()
    {
        _listener.Listen();
        _ = AcceptAsync(_listener, _disposed.Token);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                _ = ServeAsync(client, cancellationToken);
            }
        }
        catch (Exception exception) when (
            exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Refusing or disposed.
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connection = new RelayConnection(client, server, _weather);
        try
        {
            lock (_gate)
                _connections.Add(connection);
            await server.ConnectAsync(_server, cancellationToken).ConfigureAwait(false);
            await connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            connection.Reset();
        }
        finally
        {
            lock (_gate)
                _connections.Remove(connection);
            connection.Dispose();
        }
    }
}

internal static class SocketStates
{
    public static bool IsListening(this Socket socket) =>
        socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is int and not 0;
}
