using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class AllocationTests
{
    private const int Batches = 100;
    private const int Requests = 1000;

    [Theory]
    [InlineData("/open", "/one", "/two")]
    [InlineData("/idle/open", "/idle/one", "/idle/two")]
    public async Task The_gate_adds_no_byte_to_a_request_on_the_leader(string open, string one, string two)
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory().AddLeaderOnlyEndpoints();
        builder.Services.AddLeaderElection("billing").UseInMemory();
        OnlyControllers.AddTo(
            builder.Services.AddControllers(), typeof(IdleController), typeof(IdleLeaderController));
        await using var app = builder.Build();
        app.UseRouting();
        app.MapGet("/open", static (HttpContext _) => Task.CompletedTask);
        app.MapGet("/one", static (HttpContext _) => Task.CompletedTask).RequireLeadership();
        app.MapGet("/two", static (HttpContext _) => Task.CompletedTask)
            .RequireLeadership().RequireLeadership("billing");
        app.MapControllers();
        app.UseEndpoints(_ => { });
        foreach (var name in new[] { "default", "billing" })
        {
            var elector = (LeaseElector)app.Services.GetRequiredKeyedService<ILeaderElector>(name);
            await elector.StartAsync();
            await elector.WaitForLeadershipAsync();
        }

        var serve = ((IApplicationBuilder)app).Build();

        // The least of many, because code that is not compiled to the end yet allocates what it later does not.
        var (ofOpen, ofOne, ofTwo) = (long.MaxValue, long.MaxValue, long.MaxValue);
        for (var batch = 0; batch < Batches; batch++)
        {
            ofOpen = Math.Min(ofOpen, BytesOf(serve, app.Services, open));
            ofOne = Math.Min(ofOne, BytesOf(serve, app.Services, one));
            ofTwo = Math.Min(ofTwo, BytesOf(serve, app.Services, two));
        }

        ofOne.ShouldBe(ofOpen);
        ofTwo.ShouldBe(ofOpen);
    }

    private static long BytesOf(RequestDelegate serve, IServiceProvider services, string path)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = "GET";
        context.Request.Path = path;
        serve(context);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var request = 0; request < Requests; request++)
        {
            context.SetEndpoint(null);
            if (!serve(context).IsCompletedSuccessfully)
                throw new InvalidOperationException("An endpoint that does nothing took its time.");
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        context.Response.StatusCode.ShouldBe(200);
        return bytes;
    }
}
