using Microsoft.Playwright;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>The browser of this machine, without a window.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Advice =
        "The tests of the status page need Chromium or Chrome in PATH. Install it (Debian: apt-get install chromium; "
        + "Fedora: dnf install chromium), or run eng/test.sh, which does.";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var program = Find() ?? throw new InvalidOperationException(Advice);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = program, Headless = true, Args = Arguments });
    }

    /// <summary>Opens a window of its own: no cookies, no cache, nothing shared with others.</summary>
    /// <param name="page">Address of a status page.</param>
    /// <param name="configure">Theme, size, …</param>
    internal async Task<StatusPageDriver> OpenAsync(Uri page, Action<BrowserNewContextOptions>? configure = null)
    {
        var options = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1024, Height = 768 } };
        configure?.Invoke(options);
        var context = await _browser!.NewContextAsync(options);
        return await StatusPageDriver.OpenAsync(context, page);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
