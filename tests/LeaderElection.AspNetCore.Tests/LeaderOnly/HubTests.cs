using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Hubs over real sockets, spoken to by hand.</summary>
public sealed class HubTests : IAsyncDisposable
{
    private const char EndOfMessage = '\u001e';
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _patience = new(Patience);
    private readonly FakeLeaderElector _elector = new();
    private readonly ClientWebSocket _socket = new();
    private WebApplication? _app;

    [Theory]
    [InlineData("attribute")]
    [InlineData("required")]
    public async Task A_follower_takes_no_connection_to_a_hub(string hub)
    {
        await StartAsync(cancelOnLoss: false);
        _socket.Options.CollectHttpResponseDetails = true;

        await Should.ThrowAsync<WebSocketException>(() => ConnectAsync(hub));

        _socket.HttpStatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _socket.HttpResponseHeaders!["Retry-After"].ShouldBe(["1"]);
    }

    [Theory]
    [InlineData("attribute")]
    [InlineData("required")]
    public async Task The_leader_talks_until_it_has_lost_the_leadership(string hub)
    {
        await StartAsync(cancelOnLoss: true);
        _elector.BecomeLeader();
        await ConnectAsync(hub);
        (await AskAsync("before")).ShouldContain("before");

        _elector.LoseLeadership();

        await Should.ThrowAsync<WebSocketException>(ReceiveAsync);
    }

    [Fact]
    public async Task Any_other_WebSocket_ends_with_the_leadership_too()
    {
        await StartAsync(cancelOnLoss: true);
        _elector.BecomeLeader();
        await _socket.ConnectAsync(AddressOf("raw"), _patience.Token);
        (await ReceiveAsync()).ShouldBe("hello");

        _elector.LoseLeadership();

        await Should.ThrowAsync<WebSocketException>(ReceiveAsync);
    }

    [Fact]
    public async Task Without_the_option_a_connection_outlives_the_leadership()
    {
        await StartAsync(cancelOnLoss: false);
        _elector.BecomeLeader();
        await ConnectAsync("attribute");

        _elector.LoseLeadership();

        (await AskAsync("after")).ShouldContain("after");
    }

    [Fact]
    public async Task A_response_that_has_begun_is_cut_when_the_leadership_is_lost()
    {
        await StartAsync(cancelOnLoss: true);
        _elector.BecomeLeader();
        using var client = new HttpClient();
        using var response = await client.GetAsync(
            new UriBuilder(AddressOf("stream")) { Scheme = "http" }.Uri, HttpCompletionOption.ResponseHeadersRead,
            _patience.Token);

        _elector.LoseLeadership();

        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(_patience.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        _patience.Dispose();
    }

    private async Task StartAsync(bool cancelOnLoss)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        builder.Services.AddLeaderElection().UseInMemory()
            .AddLeaderOnlyEndpoints(options => options.CancelRequestsOnLoss = cancelOnLoss);
        builder.Services.AddSingleton<ILeaderElector>(_elector);
        _app = await GateApp.StartAsync(builder, app =>
        {
            app.MapHub<UnnamedHub>("/attribute");
            app.MapHub<OpenHub>("/required").RequireLeadership();
            app.UseWebSockets();
            app.Map("/raw", SayHelloAsync).RequireLeadership();
            app.MapGet("/stream", async context =>
            {
                await context.Response.WriteAsync("half", context.RequestAborted);
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            }).RequireLeadership();
        });
    }

    // Waits for nothing that a loss would end.
    private async Task SayHelloAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        await socket.ReceiveAsync(new byte[1], CancellationToken.None);
    }

    private Uri AddressOf(string path) => new UriBuilder(_app!.Urls.Single()) { Scheme = "ws", Path = path }.Uri;

    private async Task ConnectAsync(string hub)
    {
        await _socket.ConnectAsync(AddressOf(hub), _patience.Token);
        await SendAsync("""{"protocol":"json","version":1}""");
        (await ReceiveAsync()).ShouldStartWith("{}");
    }

    private async Task<string> AskAsync(string text)
    {
        await SendAsync($$"""{"type":1,"target":"Echo","arguments":["{{text}}"]}""");
        return await ReceiveAsync();
    }

    private Task SendAsync(string message) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(message + EndOfMessage), WebSocketMessageType.Text, true, _patience.Token);

    private async Task<string> ReceiveAsync()
    {
        var buffer = new byte[4096];
        var received = await _socket.ReceiveAsync(buffer, _patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
