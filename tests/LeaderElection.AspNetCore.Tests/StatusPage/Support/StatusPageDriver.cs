using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>
/// A status page in a browser, as a person sees it. Needs its address only, so it serves for processes as for replicas
/// of the test process. Waits for what it expects, at most <see cref="Patience"/>.
/// </summary>
internal sealed class StatusPageDriver : IAsyncDisposable
{
    private static readonly LocatorAssertionsToHaveTextOptions Patience = new() { Timeout = 20_000 };

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private StatusPageDriver(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Note(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Note(message.Text);
        };
    }

    public IPage Page { get; }

    public ILocator Card => Page.Locator("article").First;

    public ILocator Leader => Slot("leader");

    public ILocator Token => Slot("token");

    public ILocator Role => Slot("role");

    public ILocator Lease => Card.GetByRole(AriaRole.Meter);

    public ILocator Connection => Page.Locator("#connection");

    /// <summary>The bars of the time line.</summary>
    public ILocator Terms => Card.Locator(".lanes .term:not(.nobody)");

    /// <summary>Errors and warnings of the console, violations of the content security policy among them.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
                return [.. _complaints];
        }
    }

    public static async Task<StatusPageDriver> OpenAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        var driver = new StatusPageDriver(context, page);
        await page.GotoAsync(address.ToString());
        return driver;
    }

    public ILocator Slot(string name) => Card.Locator($"[data-slot={name}]");

    public Task ShouldShowLeaderAsync(string instanceId) => Expect(Leader).ToHaveTextAsync(instanceId, Patience);

    public Task ShouldShowTokenAsync(long token) => Expect(Token).ToHaveTextAsync($"{token}", Patience);

    /// <summary>How much of the lease is left, by what the bar tells and by how it is drawn, at one moment.</summary>
    public async Task<(double Told, double Drawn)> LeaseSharesAsync()
    {
        var shares = await Lease.EvaluateAsync<double[]>(
            """
            bar => [bar.getAttribute("aria-valuenow") / bar.getAttribute("aria-valuemax"),
                bar.firstElementChild.getBoundingClientRect().width / bar.getBoundingClientRect().width]
            """);
        return (shares[0], shares[1]);
    }

    /// <summary>Keeps a picture of the whole page in TestResults/screenshots of the test project.</summary>
    public Task KeepScreenshotAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(
            Sources.Root, "tests/LeaderElection.AspNetCore.Tests/TestResults/screenshots", $"{name}.png"),
        FullPage = true,
    });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(string complaint)
    {
        lock (_complaints)
            _complaints.Add(complaint);
    }
}
