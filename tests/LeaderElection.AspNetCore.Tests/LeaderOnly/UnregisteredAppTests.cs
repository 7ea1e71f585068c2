using System.Reflection;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class UnregisteredAppTests
{
    [Theory]
    [InlineData("lambda")]
    [InlineData("delegate")]
    [InlineData("controller")]
    [InlineData("page")]
    [InlineData("hub")]
    public async Task Where_nothing_ever_added_the_gate_the_first_request_fails_and_every_later_one(string kind)
    {
        var answers = await InFreshProcessAsync<string[]>(nameof(AskTwiceAsync), kind);

        answers.ShouldAllBe(answer => answer.Contains("AddLeaderOnlyEndpoints()"));
        answers.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Where_nothing_ever_added_the_gate_leadership_cannot_be_required()
    {
        (await InFreshProcessAsync<string>(nameof(RequireAsync))).ShouldContain("AddLeaderOnlyEndpoints()");
    }

    // What the attribute looks at is static: assemblies loaded anew are as good as a new process.
    private static Task<T> InFreshProcessAsync<T>(string method, params object[] arguments)
    {
        var own = typeof(UnregisteredAppTests).Assembly;
        var context = new AssemblyLoadContext("fresh");
        var folder = Path.GetDirectoryName(own.Location)!;
        context.LoadFromAssemblyPath(Path.Combine(folder, "LeaderElection.dll"));
        context.LoadFromAssemblyPath(Path.Combine(folder, "LeaderElection.AspNetCore.dll"));
        var type = context.LoadFromAssemblyPath(own.Location).GetType(typeof(UnregisteredAppTests).FullName!)!;
        type.ShouldNotBe(typeof(UnregisteredAppTests));
        return (Task<T>)type.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, arguments)!;
    }

    private static async Task<string[]> AskTwiceAsync(string kind)
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory();
        builder.Services.AddSignalR();
        OnlyControllers.AddTo(builder.Services.AddControllersWithViews(), typeof(UnnamedController));
        builder.Services.AddRazorPages();
        await using var app = await GateApp.StartAsync(builder, app => Map(app, kind));
        using var client = app.GetTestClient();
        return [await AskAsync(client), await AskAsync(client)];
    }

    private static void Map(WebApplication app, string kind)
    {
        app.MapGet("/open", () => "served");
        if (kind == "lambda")
            app.MapGet("/work", [LeaderOnly] () => "served");
        else if (kind == "delegate")
            app.MapGet("/work", [LeaderOnly] (HttpContext context) => context.Response.WriteAsync("served"));
        else if (kind == "controller")
            app.MapControllers();
        else if (kind == "page")
            app.MapRazorPages();
        else
            app.MapHub<UnnamedHub>("/hub");
    }

    private static async Task<string> AskAsync(HttpClient client)
    {
        try
        {
            return await client.GetStringAsync(new Uri("/open", UriKind.Relative));
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    private static async Task<string> RequireAsync()
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory();
        await using var app = builder.Build();
        try
        {
            app.MapGet("/work", () => "served").RequireLeadership();
            return "required";
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }
}
