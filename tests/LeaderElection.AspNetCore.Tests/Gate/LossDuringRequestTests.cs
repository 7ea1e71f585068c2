using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore.Tests;

public class LossDuringRequestTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Uri Path = new("/work", UriKind.Relative);

    [Fact]
    public async Task Work_that_is_cancelled_by_the_loss_becomes_the_answer_of_a_follower()
    {
        await using var work = await Work.StartAsync(async context =>
        {
            context.Response.Headers["X-Half"] = "done";
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        });
        var asking = work.App.Client.GetAsync(Path);
        await work.Begun;

        work.App.Main.LoseLeadership();

        using var response = await asking;
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.Contains("X-Half").ShouldBeFalse();
        (await response.Content.ReadAsStringAsync()).ShouldContain("urn:leader-election:not-leader");
    }

    [Fact]
    public async Task So_does_work_that_notices_the_loss_by_itself()
    {
        GateApp? app = null;
        await using var work = await Work.StartAsync(context =>
        {
            app!.Main.LoseLeadership();
            app.Main.BecomeLeader();
            context.GetLeadership().ThrowIfLost();
            return Task.CompletedTask;
        });
        app = work.App;

        (await app.StatusOfAsync("/work")).ShouldBe(503);
    }

    [Fact]
    public async Task Any_of_several_elections_ends_the_request()
    {
        await using var work = await Work.StartAsync(
            context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted), "billing");
        work.App.Billing.BecomeLeader();
        var asking = work.App.Client.GetAsync(Path);
        await work.Begun;

        work.App.Billing.LoseLeadership();

        using var response = await asking;
        (await response.Content.ReadAsStringAsync()).ShouldContain("'billing'");
    }

    [Fact]
    public async Task A_response_that_has_begun_does_not_end_as_if_it_were_whole()
    {
        await using var work = await Work.StartAsync(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        });
        using var response = await work.App.Client.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead);
        await work.Begun;

        work.App.Main.LoseLeadership();

        await Should.ThrowAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Work_that_ends_well_in_spite_of_the_loss_is_answered_as_it_likes()
    {
        await using var work = await Work.StartAsync(async context =>
        {
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                await context.Response.WriteAsync("well", CancellationToken.None);
            }
        });
        var asking = work.App.Client.GetStringAsync(Path);
        await work.Begun;

        work.App.Main.LoseLeadership();

        (await asking).ShouldBe("well");
    }

    [Fact]
    public async Task An_error_of_the_work_stays_an_error()
    {
        await using var work = await Work.StartAsync(_ => throw new InvalidOperationException("mine"));

        (await Should.ThrowAsync<InvalidOperationException>(() => work.App.GetAsync("/work"))).Message.ShouldBe("mine");
    }

    [Fact]
    public async Task A_cancellation_that_no_loss_caused_stays_one()
    {
        await using var work = await Work.StartAsync(_ => throw new OperationCanceledException("mine"));

        await Should.ThrowAsync<OperationCanceledException>(() => work.App.GetAsync("/work"));
        (await work.Ended)!.Message.ShouldBe("mine");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_request_as_ever()
    {
        await using var work = await Work.StartAsync(
            context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted));
        using var client = new CancellationTokenSource();
        var asking = work.App.Client.GetAsync(Path, client.Token);
        await work.Begun;

        client.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => asking);
        (await work.Ended).ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task The_term_of_the_request_is_the_one_it_is_bound_to()
    {
        Leadership? term = null;
        await using var work = await Work.StartAsync(context =>
        {
            term = context.GetLeadership();
            return Task.CompletedTask;
        });

        (await work.App.StatusOfAsync("/work")).ShouldBe(200);

        term.ShouldBe(work.App.Main.Current);
    }

    [Fact]
    public async Task A_request_that_lost_its_term_on_the_way_to_the_endpoint_does_not_get_a_later_one()
    {
        GateApp? app = null;
        await using var started = app = await GateApp.StartAsync(
            app1 =>
            {
                app1.UseRouting();
                app1.Use((HttpContext context, RequestDelegate next) =>
                {
                    context.GetLeadership();
                    app!.Main.LoseLeadership();
                    app.Main.BecomeLeader();
                    return next(context);
                });
                app1.MapGet("/work", () => "served").RequireLeadership();
            },
            options => options.CancelRequestsOnLoss = true);
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/work")).ShouldBe(503);
    }

    [Fact]
    public async Task Nothing_is_left_on_the_term_when_the_request_is_over()
    {
        CancellationToken during = default;
        var cancelled = false;
        await using var work = await Work.StartAsync(context =>
        {
            during = context.RequestAborted;
            during.Register(() => cancelled = true);
            return Task.CompletedTask;
        });
        (await work.App.StatusOfAsync("/work")).ShouldBe(200);

        work.App.Main.LoseLeadership();

        during.IsCancellationRequested.ShouldBeFalse();
        cancelled.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_request_does_when_it_is_cancelled_delays_nothing_else_that_waits_for_the_loss()
    {
        var blocked = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        await using var work = await Work.StartAsync(async context =>
        {
            var ended = new TaskCompletionSource();
            context.RequestAborted.Register(() =>
            {
                blocked.SetResult();
                release.Wait();
                ended.SetResult();
            });
            await ended.Task;
        });
        var told = new TaskCompletionSource();
        work.App.Main.Current!.Lost.Register(told.SetResult);
        var asking = work.App.StatusOfAsync("/work");
        await work.Begun;

        var losing = Task.Run(() => work.App.Main.LoseLeadership());

        try
        {
            await blocked.Task.WaitAsync(Patience);
            await losing.WaitAsync(Patience);
            await told.Task.WaitAsync(Patience);
        }
        finally
        {
            release.Set();
            await asking;
        }
    }

    [Fact]
    public async Task What_a_request_throws_when_it_is_cancelled_is_logged_and_goes_no_further()
    {
        const int callbackFailed = 3005;
        using var logs = WatchedLogs.New();
        await using var work = await Work.StartAsync(
            async context =>
            {
                context.RequestAborted.Register(() => throw new InvalidOperationException("mine"));
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            },
            build: logs.AddTo);
        var asking = work.App.StatusOfAsync("/work");
        await work.Begun;

        work.App.Main.LoseLeadership();

        (await asking).ShouldBe(503);
        await logs.WaitForAsync(callbackFailed);
    }

    [Fact]
    public async Task Without_the_option_a_request_goes_on_to_its_end()
    {
        var lost = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var app = await GateApp.StartAsync(app => app.MapGet("/work", async (CancellationToken aborted) =>
        {
            begun.SetResult();
            await lost.Task;
            return aborted.IsCancellationRequested;
        }).RequireLeadership());
        app.Main.BecomeLeader();
        var asking = app.Client.GetStringAsync(Path);
        await begun.Task;

        app.Main.LoseLeadership();
        lost.SetResult();

        (await asking).ShouldBe("false");
    }

    /// <summary>An app whose leader is at work for a request.</summary>
    private sealed class Work : IAsyncDisposable
    {
        private readonly TaskCompletionSource _begun = new();
        private readonly TaskCompletionSource<Exception?> _ended = new();

        public GateApp App { get; private set; } = null!;

        public Task Begun => _begun.Task;

        public Task<Exception?> Ended => _ended.Task;

        public static async Task<Work> StartAsync(
            RequestDelegate serve, string? secondElection = null, Action<WebApplicationBuilder>? build = null)
        {
            var work = new Work();
            work.App = await GateApp.StartAsync(
                app =>
                {
                    app.Use(work.WatchAsync);
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

        private async Task WatchAsync(HttpContext context, RequestDelegate next)
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
}
