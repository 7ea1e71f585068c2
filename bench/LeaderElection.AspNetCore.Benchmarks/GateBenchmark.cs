using System.Diagnostics;
using LeaderElection.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.Benchmarks;

/// <summary>
/// What the gate adds to a request on the leader: an endpoint that does nothing, through routing, with and without
/// <c>RequireLeadership()</c>, and an MVC action with and without <c>[LeaderOnly]</c>. No server is in it: it would
/// hide the difference.
/// </summary>
internal static class GateBenchmark
{
    private const int Batches = 60;
    private const int RequestsPerBatch = 100_000;
    private const double MostNanosecondsAdded = 200;

    public static async Task<bool> RunAsync()
    {
        await using var app = Build();
        var elector = (LeaseElector)app.Services.GetRequiredService<ILeaderElector>();
        await elector.StartAsync();
        await elector.WaitForLeadershipAsync();
        var serve = ((IApplicationBuilder)app).Build();
        var endpoint = Compare(app, serve, "endpoint", "/open", "/gated");
        var action = Compare(app, serve, "MVC action", "/action/open", "/action/gated");
        return endpoint && action;
    }

    private static bool Compare(
        WebApplication app, RequestDelegate serve, string kind, string openPath, string gatedPath)
    {
        var open = ContextOf(app, openPath);
        var gated = ContextOf(app, gatedPath);
        var (openFigures, gatedFigures, added) = (new Figures(), new Figures(), new Figures());
        var bytes = 0L;
        for (var batch = -Batches; batch < Batches; batch++)
        {
            // Side by side, because a machine is faster at one time than at another.
            var ofOpen = Serve(serve, open);
            var ofGated = Serve(serve, gated);
            if (batch < 0)
                continue;
            openFigures.Add(ofOpen.Nanoseconds);
            gatedFigures.Add(ofGated.Nanoseconds);
            added.Add(ofGated.Nanoseconds - ofOpen.Nanoseconds);
            bytes += ofGated.Bytes - ofOpen.Bytes;
        }

        Console.WriteLine($"{$"request to an open {kind}",-36} {openFigures} ns");
        Console.WriteLine($"{$"request to a leader-only {kind}",-36} {gatedFigures} ns");
        Console.WriteLine($"{"added by the gate",-36} {added} ns; {bytes} bytes in all");

        // MVC allocates some bytes now and then by itself. What the gate allocated would be of every request.
        var isFree = bytes < Batches * RequestsPerBatch;
        return added.Median <= MostNanosecondsAdded && isFree
            && open.Response.StatusCode == 200 && gated.Response.StatusCode == 200;
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddLeaderElection().UseInMemory().AddLeaderOnlyEndpoints();
        builder.Services.AddControllers();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/open", static (HttpContext _) => Task.CompletedTask);
        app.MapGet("/gated", static (HttpContext _) => Task.CompletedTask).RequireLeadership();
        app.MapControllers();
        app.UseEndpoints(static _ => { });
        return app;
    }

    private static DefaultHttpContext ContextOf(WebApplication app, string path)
    {
        var context = new DefaultHttpContext { RequestServices = app.Services };
        context.Request.Method = "GET";
        context.Request.Path = path;
        return context;
    }

    private static (double Nanoseconds, long Bytes) Serve(RequestDelegate serve, HttpContext context)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        for (var request = 0; request < RequestsPerBatch; request++)
        {
            context.SetEndpoint(null);
            if (!serve(context).IsCompletedSuccessfully)
                throw new InvalidOperationException("An endpoint that does nothing took its time.");
        }

        var nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds / RequestsPerBatch;
        return (nanoseconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }
}

/// <summary>Actions that do nothing. MVC finds public classes only.</summary>
[Route("action")]
public class IdleController : ControllerBase
{
    [HttpGet("open")]
    public IActionResult Open() => Ok();

    [LeaderOnly]
    [HttpGet("gated")]
    public IActionResult Gated() => Ok();
}
