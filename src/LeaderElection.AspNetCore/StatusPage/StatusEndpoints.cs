using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>The endpoints of one status page.</summary>
internal sealed class StatusEndpoints(ElectionMonitor monitor, StatusPageOptions options)
{
    public const string StepDownPattern = "elections/{election}/step-down";

    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(
        IEndpointRouteBuilder group, ElectionMonitor monitor, StatusPageOptions options, IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILogger<StatusEndpoints>>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var endpoints = new StatusEndpoints(monitor, options);
        group.MapMethods("", Read, WritePageAsync);
        group.MapMethods("status", Read, endpoints.WriteStatusAsync);
        group.MapMethods("events", Read, new EventEndpoint(monitor, options, logger, stopping).WriteAsync)
            .DisableRequestTimeout();
        if (options.AllowStepDown)
        {
            var stepDown = new StepDown(monitor, logger);
            group.MapPost(StepDownPattern, stepDown.HandleAsync).WithMetadata(stepDown);
        }
    }

    private static Task WritePageAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Page.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        context.Response.ContentType = "text/html; charset=utf-8";
        return WriteAsync(context, Page.LinkedTo(StatusAddress(context.Request)));
    }

    // One slash at its beginning: two would name another host.
    private static string StatusAddress(HttpRequest page)
    {
        var path = page.PathBase.Add(page.Path).ToUriComponent().Trim('/');
        return path.Length == 0 ? "/status" : $"/{path}/status";
    }

    private Task WriteStatusAsync(HttpContext context)
    {
        var now = monitor.Clock.GetUtcNow();
        var document = new StatusDocument(
            now, [.. monitor.Elections.Select(election => ElectionDocument.Of(election, options, now))]);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json; charset=utf-8";
        return WriteAsync(
            context, JsonSerializer.SerializeToUtf8Bytes(document, StatusJson.Default.StatusDocument));
    }

    // The length is told to HEAD, too.
    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> content)
    {
        context.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }
}
