using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;

namespace LeaderElection.AspNetCore.Tests;

public class PageHeadersTests
{
    private readonly ToldElector _elector = new();

    [Fact]
    public async Task The_page_may_run_its_own_script_and_style_and_nothing_else()
    {
        await using var app = await TestApp.StartAsync([_elector], app => app.MapLeaderElection());

        var response = await app.Client.GetAsync("/leader-election");
        var page = await response.Content.ReadAsStringAsync();

        var (script, style) = (HashOf(page, "<script type=\"module\">"), HashOf(page, "<style>"));
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldBe(
            $"default-src 'none'; script-src {script}; style-src {style}; "
            + "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        response.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
        response.Headers.CacheControl!.ToString().ShouldBe("no-store");
    }

    [Theory]
    [InlineData("/leader-election", "/leader-election/status")]
    [InlineData("/leader-election/", "/leader-election/status")]
    [InlineData("/team/%22%3E%3Cb%3E", "/team/%22%3E%3Cb%3E/status")]
    public async Task Without_a_script_the_page_links_to_the_json(string address, string status)
    {
        await using var app = await TestApp.StartAsync([_elector], app =>
        {
            app.MapLeaderElection();
            app.MapLeaderElection("/team/{name}");
        });

        var page = await app.Client.GetStringAsync(address);

        page.ShouldContain($"<a href=\"{status}\">JSON</a>.</p></noscript>");
        page.ShouldNotContain("{status}");
        page.ShouldNotContain("<b>");
    }

    [Fact]
    public async Task Behind_a_path_base_the_link_holds_it()
    {
        await using var app = await TestApp.StartAsync([_elector], app =>
        {
            app.UsePathBase("/ops");
            app.UseRouting();
            app.MapLeaderElection("/");
        });

        (await app.Client.GetStringAsync("/ops")).ShouldContain("<a href=\"/ops/status\">JSON</a>");
        (await app.Client.GetStringAsync("/ops/status")).ShouldContain("\"name\":\"default\"");
        (await app.Client.GetStringAsync("/")).ShouldContain("<a href=\"/status\">JSON</a>");
    }

    [Fact]
    public void The_page_has_no_inline_handler_no_inline_style_and_writes_no_html()
    {
        var page = Encoding.UTF8.GetString(Page.LinkedTo("/status"));

        page.ShouldNotMatch("\\s(on[a-z]+|style)=");
        foreach (var word in (string[])["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("])
            page.ShouldNotContain(word);
    }

    private static string HashOf(string page, string tag)
    {
        var start = page.IndexOf(tag, StringComparison.Ordinal) + tag.Length;
        var content = page[start..page.IndexOf("</", start, StringComparison.Ordinal)];
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
    }
}
