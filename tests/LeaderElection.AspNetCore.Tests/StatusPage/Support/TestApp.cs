using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An app without sockets, whose elections are told what to be, on a manual clock.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApp(WebApplication app, ManualClock clock, LogCollector logs) =>
        (_app, Clock, Logs, Client) = (app, clock, logs, app.GetTestClient());

    public ManualClock Clock { get; }

    public LogCollector Logs { get; }

    public HttpClient Client { get; }

    public static async Task<TestApp> StartAsync(
        ToldElector[] electors, Action<WebApplication> map, Action<IServiceCollection>? add = null)
    {
        var (clock, logs) = (new ManualClock(), new LogCollector());
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<ILoggerFactory>(logs);
        builder.Services.AddSingleton<TimeProvider>(clock);
        HeaderAuthentication.AddTo(builder.Services);
        ToldElector.AddTo(builder.Services, electors);
        add?.Invoke(builder.Services);
        return new TestApp(await GateApp.StartAsync(builder, map), clock, logs);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
