using static Microsoft.Playwright.Assertions;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>The page in a real browser, served by replicas on Kestrel.</summary>
[Trait("needs", "browser")]
public class PageTests(Browser browser) : IClassFixture<Browser>
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
        await Expect(page.Page.Locator("#announcer")).ToHaveTextAsync(
            $"node-b leads default, token {second.Elector.Current!.FencingToken}.");
        await Expect(page.Connection).ToHaveTextAsync("live");
        page.Complaints.ShouldBeEmpty();
    }
}
