using System.Net;
using LeaderElection;
using LeaderElection.AspNetCore;
using LeaderElection.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

// The blocks of the README that are about web apps; a test beside the other blocks compares.
public sealed class WebSnippetTests
{
    [Fact]
    public async Task A_web_app_serves_from_the_leader()
    {
        await using var server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        await using var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var connectionString = database.ConnectionString;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication();
        builder.Services.AddSingleton<Invoices>();

        builder.Services.AddLeaderElection().UsePostgres(connectionString).AddLeaderOnlyEndpoints();
        builder.Services.AddHealthChecks().AddLeaderElection();

        await using var app = builder.Build();

        app.MapPost("/invoices", [LeaderOnly] async (HttpContext context, Invoices invoices) =>
            await invoices.SendNextAsync(context.GetLeadership().FencingToken, context.RequestAborted));
        app.MapGroup("/admin").RequireLeadership()
            .MapPost("/close-month", (Invoices invoices) => invoices.CloseMonth());
        app.MapHealthChecks("/health");
        app.MapLeaderElection("/leader-election").RequireAuthorization();

        await app.StartAsync(TestContext.Current.CancellationToken);
        var elector = app.Services.GetRequiredService<ILeaderElector>();
        await elector.WaitForLeadershipAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        (await PostAsync(client, "/invoices")).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(client, "/admin/close-month")).ShouldBe(HttpStatusCode.OK);
        (await client.GetStringAsync("/health", TestContext.Current.CancellationToken)).ShouldBe("Healthy");
        app.Services.GetRequiredService<Invoices>().LastToken.ShouldBe(elector.Current!.FencingToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string path)
    {
        using var answer = await client.PostAsync(path, content: null, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}

public sealed class Invoices
{
    public long LastToken { get; private set; }

    public Task SendNextAsync(long fencingToken, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LastToken = fencingToken;
        return Task.CompletedTask;
    }

    public bool CloseMonth() => LastToken > 0;
}
