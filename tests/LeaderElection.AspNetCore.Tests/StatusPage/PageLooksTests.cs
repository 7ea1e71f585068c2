using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Keeps pictures of the page, for people to look at, in TestResults/screenshots.</summary>
[Collection(BrowserTests.Name)]
public class PageLooksTests(Browser browser)
{
    [Theory]
    [InlineData("light", ColorScheme.Light, 1024)]
    [InlineData("dark", ColorScheme.Dark, 1024)]
    [InlineData("phone-light", ColorScheme.Light, 390)]
    [InlineData("phone-dark", ColorScheme.Dark, 390)]
    public async Task The_page_fits_its_window_in_both_themes(string name, ColorScheme theme, int width)
    {
        await using var replica = await StartWithAStoryAsync();
        await using var page = await browser.OpenAsync(replica.Page, options =>
        {
            options.ColorScheme = theme;
            options.ViewportSize = new ViewportSize { Width = width, Height = 800 };
            options.DeviceScaleFactor = 2;
        });
        await Expect(page.Page.Locator("article")).ToHaveCountAsync(3);
        await Expect(page.Terms).ToHaveCountAsync(5);

        await page.KeepScreenshotAsync(name);

        (await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_longest_names_fit_a_phone()
    {
        var name = new string('w', 200);
        var elector = new ToldElector(instanceId: name, electionName: name);
        await using var replica = await Replica.StartAsync([elector]);
        elector.TellLeader(name, long.MaxValue, new Uri($"https://{new string('h', 60)}.example/{name}"));
        await using var page = await browser.OpenAsync(
            replica.Page, options => options.ViewportSize = new ViewportSize { Width = 390, Height = 800 });
        await page.ShouldShowLeaderAsync(name);
        await page.Slot("count").ClickAsync();

        await page.KeepScreenshotAsync("longest-names");

        (await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
    }

    [Fact]
    public async Task A_bar_of_the_time_line_tells_about_its_term_when_it_has_the_focus()
    {
        await using var replica = await StartWithAStoryAsync();
        await using var page = await browser.OpenAsync(
            replica.Page, options => options.ColorScheme = ColorScheme.Dark);
        await Expect(page.Terms).ToHaveCountAsync(5);

        await page.Terms.First.FocusAsync();

        var tip = page.Page.Locator("#tip");
        await Expect(tip).ToContainTextAsync("billing-7c9f-x2x4q, token 17");
        await Expect(tip).ToContainTextAsync("stepped down");
        await page.Slot("ask").ClickAsync();
        await page.Terms.First.FocusAsync();
        await page.KeepScreenshotAsync("details");
    }

    /// <summary>Three elections: one led here after four terms, one led elsewhere, one that nobody leads.</summary>
    private static async Task<Replica> StartWithAStoryAsync()
    {
        var clock = new ManualClock();
        var billing = new ToldElector("default", "billing-7c9f-x2x4q", "billing");
        var reports = new ToldElector("reports", "billing-7c9f-x2x4q");
        var mail = new ToldElector("mail", "billing-7c9f-x2x4q", "acme.mail.v2");
        var replica = await Replica.StartAsync(
            [billing, reports, mail],
            options => options.AllowStepDown = true,
            builder => builder.Services.AddSingleton<TimeProvider>(clock));

        var restarted = clock.GetUtcNow();
        void Pass(double seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));
        billing.TellAcquired(17);
        Pass(40);
        billing.TellEnd(LeadershipChangeReason.Released);
        billing.TellLeader("billing-7c9f-k8m2p", 18);
        reports.TellLeader("reports-5d44-qq71z", 1041, new Uri("https://10.0.3.9:8443/"), restarted.AddHours(-3));
        mail.TellLeader("mailer-0", 3);
        Pass(75);
        billing.TellNobodyLeads();
        mail.TellNobodyLeads();
        Pass(10);
        billing.TellLeader("billing-7c9f-zt5wd", 19);
        Pass(30);
        billing.TellLeader("billing-7c9f-k8m2p", 20);
        Pass(52);
        billing.TellAcquired(21, clock.GetUtcNow());
        Pass(32);
        var lease = TimeSpan.FromSeconds(10);
        billing.Status = new ElectorStatus { Whole = lease, Remaining = 0.78 * lease };
        reports.Status = new ElectorStatus { Whole = lease, Remaining = 0.19 * lease };
        mail.Status = new ElectorStatus
        {
            Whole = lease,
            Silence = TimeSpan.FromSeconds(14.2),
            LastFailure = new FailedAttempt
            {
                At = clock.GetUtcNow(),
                Operation = "acquire",
                Message = "Failed to connect to 10.0.3.7:5432: connection refused",
            },
        };
        return replica;
    }
}
