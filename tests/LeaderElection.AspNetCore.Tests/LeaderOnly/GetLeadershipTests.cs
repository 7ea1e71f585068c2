using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;

namespace LeaderElection.AspNetCore.Tests;

public class GetLeadershipTests
{
    [Fact]
    public async Task A_request_keeps_the_term_that_it_began_to_use()
    {
        GateApp? app = null;
        await using var started = app = await GateApp.StartAsync(app1 => app1.MapGet("/work", (HttpContext context) =>
        {
            var first = context.GetLeadership();
            app!.Main.LoseLeadership();
            app.Main.BecomeLeader();
            var again = context.GetLeadership();
            return $"{first.FencingToken} {again == first} {again.IsHeld}";
        }).RequireLeadership());
        app.Main.BecomeLeader();

        (await app.Client.GetStringAsync(new Uri("/work", UriKind.Relative))).ShouldBe("1 True False");
        (await app.Client.GetStringAsync(new Uri("/work", UriKind.Relative))).ShouldStartWith("2 ");
    }

    [Fact]
    public async Task Each_election_has_its_own_term_whether_or_not_the_endpoint_asks_for_it()
    {
        await using var app = await GateApp.StartAsync(app => app.MapGet("/work", (HttpContext context) =>
            $"{context.GetLeadership().ElectionName} {context.GetLeadership("billing").ElectionName}"));
        app.Main.BecomeLeader();
        app.Billing.BecomeLeader();

        (await app.Client.GetStringAsync(new Uri("/work", UriKind.Relative))).ShouldBe("default billing");
    }

    [Fact]
    public async Task It_throws_when_the_instance_does_not_lead()
    {
        await using var app = await GateApp.StartAsync(app => app.MapGet(
            "/work", (HttpContext context) => context.GetLeadership("billing").FencingToken));
        app.Main.BecomeLeader();

        var exception = await Should.ThrowAsync<LeadershipLostException>(() => app.GetAsync("/work"));

        exception.Message.ShouldContain("'billing'");
    }

    [Fact]
    public async Task It_throws_for_an_election_that_the_app_does_not_have_and_names_those_that_it_has()
    {
        await using var app = await GateApp.StartAsync(app => app.MapGet(
            "/work", (HttpContext context) => context.GetLeadership("payments").FencingToken));

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => app.GetAsync("/work"));

        exception.Message.ShouldContain("'payments'");
        exception.Message.ShouldContain("'default', 'billing'");
    }

    [Fact]
    public async Task It_throws_in_an_app_without_elections()
    {
        await using var app = await GateApp.StartAsync(
            GateApp.NewBuilder(), app => app.Run(context =>
            {
                context.GetLeadership();
                return Task.CompletedTask;
            }));
        using var client = app.GetTestClient();

        var exception = await Should.ThrowAsync<InvalidOperationException>(
            () => client.GetAsync(new Uri("/", UriKind.Relative)));

        exception.Message.ShouldContain("AddLeaderElection");
    }

    [Fact]
    public async Task In_an_app_with_exception_handlers_a_lost_term_becomes_the_answer_of_a_follower()
    {
        GateApp? app = null;
        await using var started = app = await GateApp.StartAsync(app1 =>
        {
            app1.UseExceptionHandler(error => error.Run(context =>
            {
                context.Response.StatusCode = 500;
                return Task.CompletedTask;
            }));
            app1.MapGet("/work", (HttpContext context) =>
            {
                var term = context.GetLeadership();
                app!.Main.LoseLeadership();
                app.Main.BecomeLeader();
                term.ThrowIfLost();
            }).RequireLeadership();
            app1.MapGet("/open", (HttpContext context) => context.GetLeadership("billing").FencingToken);
            app1.MapGet("/other", (HttpContext context) => context.GetLeadership("billing").FencingToken)
                .RequireLeadership();
        });
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/work")).ShouldBe(503, "a later term is not the request's");
        (await app.StatusOfAsync("/open")).ShouldBe(500, "it is open to all");
        (await app.StatusOfAsync("/other")).ShouldBe(500, "the election that it asks for is led");
    }
}
