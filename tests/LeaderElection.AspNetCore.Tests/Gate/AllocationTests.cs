using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class AllocationTests
{
    private const int Requests = 2000;

    [Fact]
    public async Task The_gate_adds_no_byte_to_a_request_on_the_leader()
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory().AddLeaderOnlyEndpoints();
        builder.Services.AddLeaderElection("billing").UseInMemory();
        await using var app = builder.Build();
        app.UseRouting();
        app.MapGet("/open", static (HttpContext _) => Task.CompletedTask);
        app.MapGet("/one", static (HttpContext _) => Task.CompletedTask).RequireLeadership();
        app.MapGet("/two", static (HttpContext _) => Task.CompletedTask).RequireLeadership().RequireLeadership("billing");
        app.UseEndpoints(_ => { });
        foreach (var name in new[] { "default", "billing" })
        {
            var elector = app.Services.GetRequiredKeyedService<LeaseElector>(name);
            await elector.StartAsync();
            await elector.WaitForLeadershipAsync();
        }

        var serve = ((IApplicationBuilder)app).Build();

        var open = BytesOf(serve, app.Services, "/open");
        BytesOf(serve, app.Services, "/one").ShouldBe(open);
        BytesOf(serve, app.Services, "/two").ShouldBe(open);
    }

    private static long BytesOf(RequestDelegate serve, IServiceProvider services, string path)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = "GET";
        context.Request.Path = path;
        long before = 0;
        for (var request = -Requests; request < Requests; request++)
        {
            if (request == 0)
                before = GC.GetAllocatedBytesForCurrentThread();
            context.SetEndpoint(null);
            serve(context).IsCompletedSuccessfully.ShouldBeTrue();
        }

        context.Response.StatusCode.ShouldBe(200);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
