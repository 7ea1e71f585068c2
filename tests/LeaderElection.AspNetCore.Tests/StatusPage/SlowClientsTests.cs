using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>A thousand clients that ask for events and never read them. Measures the memory of the process, so no other
/// test may run meanwhile.</summary>
[Collection(AloneTests.Name)]
public class SlowClientsTests
{
    private const int Clients = 1000;
    private const int Streams = 100;
    private const int StreamDropped = 3052;

    [Fact]
    public async Task A_thousand_clients_that_never_read_are_bounded_and_dropped_and_the_elector_goes_on()
    {
        using var logs = WatchedLogs.New();
        await using var replica = await Replica.StartAsync(
            new InMemoryLeaseStore(), new string('n', 200), Impatient, build: builder =>
            {
                logs.AddTo(builder);
                HaveSmallBuffers(builder);
            });
        var term = await replica.Elector.WaitForLeadershipAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var clients = new List<TcpClient>();
        for (var client = 0; client < Clients; client++)
            clients.Add(await AskAsync(replica.Address));
        var answers = new List<string>();
        foreach (var client in clients)
            answers.Add(await StatusLineAsync(client));

        // On a slow machine the first are dropped, and make room, before the last have asked.
        var served = answers.Count(answer => answer == "HTTP/1.1 200");
        served.ShouldBeInRange(Streams, Streams + logs.Count(StreamDropped));
        answers.Count(answer => answer == "HTTP/1.1 503").ShouldBe(Clients - served);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(64 * 1024 * 1024);

        await logs.WaitForAsync(StreamDropped, served, TimeSpan.FromSeconds(60));
        replica.Elector.Current.ShouldBeSameAs(term);
        replica.Elector.Status.Silence.ShouldBeNull();
        using var newcomer = await AskAsync(replica.Address);
        (await StatusLineAsync(newcomer)).ShouldBe("HTTP/1.1 200");
        clients.ForEach(client => client.Dispose());
    }

    private static void Impatient(StatusPageOptions options)
    {
        options.MaxEventStreams = Streams;
        options.RefreshInterval = TimeSpan.FromMilliseconds(100);
        options.WriteTimeout = TimeSpan.FromSeconds(1);
    }

    // Small buffers, so that a stream is stuck soon; and nobody but the page to drop it.
    private static void HaveSmallBuffers(WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxResponseBufferSize = 1024;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint =>
        {
            var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            listener.SendBufferSize = 4096;
            return listener;
        });
    }

    private static async Task<TcpClient> AskAsync(Uri address)
    {
        var client = new TcpClient { ReceiveBufferSize = 2048 };
        await client.ConnectAsync(IPAddress.Loopback, address.Port);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET /leader-election/events HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        return client;
    }

    private static async Task<string> StatusLineAsync(TcpClient client)
    {
        var line = new byte["HTTP/1.1 200".Length];
        await client.GetStream().ReadExactlyAsync(line);
        return Encoding.ASCII.GetString(line);
    }
}
