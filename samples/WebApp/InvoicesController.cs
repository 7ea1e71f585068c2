using LeaderElection.AspNetCore;
using Microsoft.AspNetCore.Mvc;

namespace WebApp;

[ApiController]
[Route("invoices")]
public sealed class InvoicesController : ControllerBase
{
    private static int _sent;

    [HttpGet]
    public string Count() => $"{Volatile.Read(ref _sent)} invoices sent by this replica.\n";

    /// <summary>
    /// One replica only sends invoices; the token goes with them, so that the data can refuse a lower one.
    /// </summary>
    [HttpPost]
    [LeaderOnly("billing")]
    public string Send()
    {
        var leadership = HttpContext.GetLeadership("billing");
        return $"Invoice {Interlocked.Increment(ref _sent)} sent in term {leadership.FencingToken}.\n";
    }
}
