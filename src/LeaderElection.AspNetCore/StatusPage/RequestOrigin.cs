using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Where a request comes from: tells those that a page of another site made a browser send. The rule is that of Go's
/// <c>net/http.CrossOriginProtection</c>: it needs no token and no cookie of its own.
/// </summary>
internal static class RequestOrigin
{
    private const string SecFetchSite = "Sec-Fetch-Site";

    /// <summary>
    /// Whether the request comes from this site's own pages, from the user, or from no browser. Every browser says
    /// where a POST comes from; pages cannot change what it says.
    /// </summary>
    public static bool IsOwnSite(HttpRequest request)
    {
        var site = request.Headers[SecFetchSite].ToString();
        if (site.Length > 0)
            return site is "same-origin" or "none";

        // Older browsers, and newer ones on plain http. Host does not tell the scheme, so that is not compared.
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length == 0 || IsHost(origin, request.Host);
    }

    private static bool IsHost(string origin, HostString host)
    {
        var start = origin.IndexOf("://", StringComparison.Ordinal);
        return start > 0 && host.HasValue
            && origin[(start + 3)..].Equals(host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
