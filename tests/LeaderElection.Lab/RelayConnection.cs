using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace LeaderElection.Lab;

/// <summary>One connection through a relay: each way a reader that never waits and a writer that does.</summary>
internal sealed class RelayConnection(Socket client, Socket server, RelayWeather weather) : IDisposable
{
    private const int ChunkBytes = 16 * 1024;
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Returns when both sides have closed, or throws when the connection broke.</summary>
    public async Task RunAsync()
    {
        client.NoDelay = true;
        server.NoDelay = true;
        await Task.WhenAll(
            PumpAsync(client, server, RelayDirections.ToServer), PumpAsync(server, client, RelayDirections.ToClient))
            .ConfigureAwait(false);
    }

    public void Reset()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }

        foreach (var socket in new[] { client, server })
        {
            try
            {
                // Closing with a linger time of zero sends a reset.
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Closed already, or never connected.
            }

            socket.Dispose();
        }
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
        _ended.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, RelayDirections direction)
    {
        var chunks = Channel.CreateUnbounded<(byte[] Bytes, long ArrivedAt)>();
        await Task.WhenAll(ReadAsync(from, chunks.Writer), WriteAsync(to, chunks.Reader, direction))
            .ConfigureAwait(false);
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(byte[] Bytes, long ArrivedAt)> chunks)
    {
        var buffer = new byte[ChunkBytes];
        try
        {
            while (await from.ReceiveAsync(buffer, _ended.Token).ConfigureAwait(false) is > 0 and var count)
                chunks.TryWrite((buffer[..count], Stopwatch.GetTimestamp()));
        }
        catch (SocketException)
        {
            // A side that breaks off is passed on as one that closes, when the bytes before it have arrived.
        }
        finally
        {
            chunks.TryComplete();
        }
    }

    private async Task WriteAsync(
        Socket to, ChannelReader<(byte[] Bytes, long ArrivedAt)> chunks, RelayDirections direction)
    {
        await foreach (var (bytes, arrivedAt) in chunks.ReadAllAsync(_ended.Token).ConfigureAwait(false))
        {
            var early = weather.Delay - Stopwatch.GetElapsedTime(arrivedAt);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, _ended.Token).ConfigureAwait(false);
            await weather.WaitUntilOpenAsync(direction, _ended.Token).ConfigureAwait(false);
            for (var sent = 0; sent < bytes.Length;)
                sent += await to.SendAsync(bytes.AsMemory(sent), _ended.Token).ConfigureAwait(false);
        }

        await weather.WaitUntilOpenAsync(direction, _ended.Token).ConfigureAwait(false);
        to.Shutdown(SocketShutdown.Send);
    }
}
