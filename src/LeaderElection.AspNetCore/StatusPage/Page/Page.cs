using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace LeaderElection.AspNetCore;

/// <summary>
/// The page: one document, put together once from its sources, and the policy under which a browser runs exactly
/// that document's script and style.
/// </summary>
internal static class Page
{
    // One module: each sees the names of all, and the last one begins.
    private static readonly string[] Scripts =
    [
        "words.js", "elements.js", "card.js", "lease.js", "timeline.js", "terms.js", "step-down.js", "connection.js",
    ];

    private static readonly string Style = Source("page.css");
    private static readonly string Script = string.Concat(Scripts.Select(Source));

    private static readonly string Document = Source("page.html")
        .Replace("/* page.css */", Style, StringComparison.Ordinal)
        .Replace("/* scripts */", Script, StringComparison.Ordinal);

    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; script-src {Hash(Script)}; style-src {Hash(Style)}; img-src data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="status">Where the JSON is, for those who run no script.</param>
    public static byte[] LinkedTo(string status) => Encoding.UTF8.GetBytes(
        Document.Replace("{status}", HtmlEncoder.Default.Encode(status), StringComparison.Ordinal));

    private static string Hash(string content) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";

    private static string Source(string name)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream($"StatusPage/{name}")!;
        using var reader = new StreamReader(stream);

        // Browsers hash the document with the line ends that they normalize to.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
