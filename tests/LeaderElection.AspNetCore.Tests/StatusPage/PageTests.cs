using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>The page in a real browser, served by replicas on Kestrel.</summary>
[Collection(BrowserTests.Name)]
public class PageTests(Browser browser)
{
    private readonly InMemoryLeaseStore _store = new();

    [Fact]
    public async Task The_page_shows_the_hand_over_live_when_the_leader_is_stopped()
    {
        await using var first = await Replica.StartAsync(_store, "node-a");
        var firstTerm = await first.Elector.WaitForLeadershipAsync();
        await using var second = await Replica.StartAsync(_store, "node-b");
        await using var page = await browser.OpenAsync(second.Page);
        await page.ShouldShowLeaderAsync("node-a");
        await page.ShouldShowTokenAsync(firstTerm.FencingToken);
        await Expect(page.Role).ToHaveTextAsync("stands by");

        await first.StopAsync();

        await page.ShouldShowLeaderAsync("node-b");
        await page.ShouldShowTokenAsync(second.Elector.Current!.FencingToken);
        await Expect(page.Role).ToHaveTextAsync("leads here");
        await Expect(page.Terms).ToHaveCountAsync(2);
        await Expect(page.Page.Locator("#news")).ToHaveTextAsync(
            $"node-b leads default, token {second.Elector.Current!.FencingToken}.");
        await Expect(page.Connection).ToHaveTextAsync("live");
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_bar_of_the_lease_runs_down_by_itself_and_is_full_again_after_a_renewal()
    {
        var clock = new ManualClock();
        var elector = new ToldElector { Status = Lease(TimeSpan.FromSeconds(8)) };
        await using var replica = await Replica.StartAsync(
            [elector], build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await using var page = await browser.OpenAsync(replica.Page);
        elector.TellLeader("node-a", 1);
        await page.ShouldShowLeaderAsync("node-a");
        await Expect(page.Lease).ToHaveAttributeAsync("aria-valuemax", "60000");

        // The server's clock stands still: nothing is sent.
        await Expect(page.Lease).ToHaveAttributeAsync(
            "aria-valuetext", new Regex("^[0-6]\\.\\d s of 60 s, as last seen$"));
        var (share, shareDrawn) = await page.LeaseSharesAsync();
        shareDrawn.ShouldBe(share, tolerance: 0.01);

        elector.Status = Lease(TimeSpan.FromSeconds(59));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Expect(page.Lease).ToHaveAttributeAsync("aria-valuetext", new Regex("^5\\d\\.\\d s of 60 s"));
    }

    [Fact]
    public async Task Html_in_names_and_messages_is_shown_as_text_and_does_nothing()
    {
        const string html = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>\"'&amp;";
        var elector = new ToldElector(instanceId: html, electionName: html)
        {
            Status = new ElectorStatus { LastFailure = new FailedAttempt
            {
                At = DateTimeOffset.UnixEpoch,
                Operation = html,
                Message = html,
            } },
        };
        await using var replica = await Replica.StartAsync([elector]);
        elector.TellLeader("first", 1);
        elector.TellLeader(html, 2);
        await using var page = await browser.OpenAsync(replica.Page);

        await page.ShouldShowLeaderAsync(html);
        await Expect(page.Slot("instance")).ToHaveTextAsync(html);
        await Expect(page.Slot("electionName")).ToHaveTextAsync(html);
        await Expect(page.Slot("failure")).ToContainTextAsync($"{html}: {html}");
        await Expect(page.Card.Locator(".lane-name").Last).ToHaveTextAsync(html);
        await page.Terms.Last.HoverAsync();
        await Expect(page.Page.Locator("#tip")).ToContainTextAsync(html);
        await page.Slot("count").ClickAsync();
        await Expect(page.Slot("rows").Locator("td").Nth(1)).ToHaveTextAsync(html);

        await Expect(page.Page.Locator("article :is(img, script)")).ToHaveCountAsync(0);
        await Expect(page.Page).ToHaveTitleAsync("Leader election");
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_selected_in_the_table_of_terms_stays_selected_while_time_passes_and_terms_come()
    {
        var clock = new ManualClock();
        var elector = new ToldElector();
        await using var replica = await Replica.StartAsync(
            [elector], build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        elector.TellLeader("node-a", 1);
        elector.TellLeader("node-b", 2);
        await using var page = await browser.OpenAsync(replica.Page);
        await page.ShouldShowLeaderAsync("node-b");
        var rows = page.Slot("rows").Locator("tr");
        await Expect(rows).ToHaveCountAsync(0);
        await page.Slot("count").ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await rows.Last.Locator("td").Nth(1).EvaluateAsync("cell => getSelection().selectAllChildren(cell)");

        clock.Advance(TimeSpan.FromSeconds(5));
        await Expect(rows.First.Locator("td").Nth(3)).ToHaveTextAsync("5.0 s");
        elector.TellLeader("node-c", 3);
        await Expect(rows).ToHaveCountAsync(3);

        (await page.Page.EvaluateAsync<string>("getSelection().toString()")).ShouldBe("node-a");
        await Expect(rows.Locator("td:nth-child(2)")).ToHaveTextAsync(["node-c", "node-b", "node-a"]);
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endpoint_is_a_link_only_if_it_leads_to_a_web_page()
    {
        var elector = new ToldElector();
        await using var replica = await Replica.StartAsync([elector]);
        await using var page = await browser.OpenAsync(replica.Page);

        elector.TellLeader("node-a", 1, new Uri("https://node-a:8443/x"));
        await Expect(page.Slot("endpoint")).ToHaveAttributeAsync("href", "https://node-a:8443/x");

        elector.TellLeader("node-b", 2, new Uri("javascript:document.title='run'"));
        await Expect(page.Slot("endpoint")).ToHaveTextAsync("javascript:document.title='run'");
        (await page.Slot("endpoint").GetAttributeAsync("href")).ShouldBeNull();
    }

    [Fact]
    public async Task The_page_says_that_it_lost_the_instance_and_recovers_when_it_is_back()
    {
        var replica = await Replica.StartAsync(_store, "node-a");
        await using var page = await browser.OpenAsync(replica.Page);
        await page.ShouldShowLeaderAsync("node-a");
        await Expect(page.Connection).ToHaveTextAsync("live");
        var address = replica.Address;

        await replica.StopAsync();
        await replica.DisposeAsync();

        await Expect(page.Connection).ToHaveTextAsync(new Regex("^reconnecting… data \\d+ s old$"));
        await Expect(page.Page.Locator("#news")).ToHaveTextAsync("Connection lost, reconnecting.");
        await page.KeepScreenshotAsync("reconnecting");
        await using var again = await Replica.StartAsync(
            _store, "node-b", build: builder => builder.WebHost.UseUrls(address.ToString()));
        await page.ShouldShowLeaderAsync("node-b");
        await Expect(page.Connection).ToHaveTextAsync("live");
    }

    [Fact]
    public async Task A_page_that_is_refused_a_stream_shows_the_state_and_tries_again()
    {
        var elector = new ToldElector();
        await using var replica = await Replica.StartAsync([elector], options => options.MaxEventStreams = 1);
        elector.TellLeader("node-a", 1);
        await using var first = await browser.OpenAsync(replica.Page);
        await first.ShouldShowLeaderAsync("node-a");

        await using var second = await browser.OpenAsync(replica.Page);
        await second.ShouldShowLeaderAsync("node-a");
        await Expect(second.Connection).ToHaveTextAsync(new Regex("^reconnecting"));
        await first.DisposeAsync();
        await Expect(second.Connection).ToHaveTextAsync("live", new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task The_button_makes_the_leader_step_down_after_it_was_confirmed()
    {
        await using var first = await Replica.StartAsync(_store, "node-a", options => options.AllowStepDown = true);
        var term = await first.Elector.WaitForLeadershipAsync();
        await using var second = await Replica.StartAsync(_store, "node-b", options => options.AllowStepDown = true);
        await using var page = await browser.OpenAsync(first.Page);
        await using var elsewhere = await browser.OpenAsync(second.Page);

        await page.Slot("ask").ClickAsync();
        await page.Slot("no").ClickAsync();
        await Expect(page.Slot("confirm")).ToBeHiddenAsync();
        term.IsHeld.ShouldBeTrue();

        await page.Slot("ask").ClickAsync();
        await page.Slot("yes").ClickAsync();

        await page.ShouldShowLeaderAsync("node-b");
        await Expect(page.Slot("stepDown")).ToBeHiddenAsync();
        await Expect(page.Slot("outcome")).ToBeEmptyAsync();
        await page.Slot("count").ClickAsync();
        await Expect(page.Slot("rows")).ToContainTextAsync("stepped down");
        await elsewhere.ShouldShowLeaderAsync("node-b");
        await Expect(elsewhere.Slot("ask")).ToBeVisibleAsync();
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_down_that_is_refused_says_why()
    {
        var elector = new ToldElector();
        await using var replica = await Replica.StartAsync([elector], options => options.AllowStepDown = true);
        elector.TellAcquired(1);
        await using var page = await browser.OpenAsync(replica.Page);
        await page.Page.RouteAsync("**/step-down*", route => route.ContinueAsync(
            new RouteContinueOptions { Url = route.Request.Url.Replace("token=1", "token=2") }));

        await page.Slot("ask").ClickAsync();
        await page.Slot("yes").ClickAsync();

        await Expect(page.Slot("outcome")).ToHaveTextAsync(
            "Did not step down: This instance does not lead with that token.");
    }

    [Fact]
    public async Task Without_leave_to_step_down_there_is_no_button()
    {
        var elector = new ToldElector();
        await using var replica = await Replica.StartAsync([elector]);
        elector.TellAcquired(1);
        await using var page = await browser.OpenAsync(new Uri($"{replica.Page}/"));

        await Expect(page.Role).ToHaveTextAsync("leads here");
        await Expect(page.Slot("stepDown")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Without_script_the_page_leads_to_the_json()
    {
        await using var replica = await Replica.StartAsync([new ToldElector()]);
        await using var page = await browser.OpenAsync(replica.Page, options => options.JavaScriptEnabled = false);

        await Expect(page.Page.Locator(".notice")).ToContainTextAsync("needs JavaScript");
        await page.Page.Locator(".notice a").ClickAsync();

        await Expect(page.Page.Locator("body")).ToContainTextAsync("\"electionName\"");
    }

    private static ElectorStatus Lease(TimeSpan remaining) =>
        new() { Whole = TimeSpan.FromMinutes(1), Remaining = remaining };
}
