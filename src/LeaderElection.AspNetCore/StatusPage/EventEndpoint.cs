using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>Serves event streams, a bounded number at a time, each for a bounded time.</summary>
internal sealed class EventEndpoint(
    ElectionMonitor monitor, StatusPageOptions options, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly StreamSlots _slots = new(options.MaxEventStreams, logger);

    public async Task WriteAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            return;
        }

        if (!_slots.TryTake())
        {
            context.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers.CacheControl = "no-store";
            await Problems.TooManyStreams().ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            await StreamAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _slots.Free();
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        using var lifetime = new CancellationTokenSource(options.StreamLifetime, monitor.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            lifetime.Token, stopping, context.RequestAborted);
        var stream = new EventStream(monitor, options, () => Drop(context));

        // nginx would collect the events otherwise.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await TypedResults.ServerSentEvents(stream.ReadAsync(end.Token)).ExecuteAsync(context)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone or was dropped.
        }
    }

    private void Drop(HttpContext context)
    {
        Log.StreamDropped(logger, options.WriteTimeout);
        context.Abort();
    }
}
