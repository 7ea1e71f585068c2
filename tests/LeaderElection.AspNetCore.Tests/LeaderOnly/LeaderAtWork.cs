using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An app whose leader is at work for a request.</summary>
internal sealed class LeaderAtWork : IAsyncDisposable
{
    private readonly TaskCompletionSource _begun = new();
    private readonly TaskCompletionSource<Exception?> _ended = new();

    public GateApp App { get; private set; } = null!;

    public Task Begun => _begun.Task;

    public Task<Exception?> Ended => _ended.Task;

    public static async Task<LeaderAtWork> StartAsync(
        RequestDelegate serve, string? secondElection = null, Action<WebApplicationBuilder>? build = null)
    {
        var work = new LeaderAtWork();
        work.App = await GateApp.StartAsync(
            app =>
            {
                app.Use(work.NoteEndAsync);
                app.UseRouting();
                var endpoint = app.MapGet("/work", async context =>
                {
                    var serving = serve(context);
                    work._begun.TrySetResult();
                    await serving;
                }).RequireLeadership();
                if (secondElection is not null)
                    endpoint.RequireLeadership(secondElection);
            },
            options => options.CancelRequestsOnLoss = true,
            build);
        work.App.Main.BecomeLeader();
        return work;
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private async Task NoteEndAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            _ended.TrySetResult(null);
        }
        catch (Exception exception)
        {
            _ended.TrySetResult(exception);
            throw;
        }
    }
}
