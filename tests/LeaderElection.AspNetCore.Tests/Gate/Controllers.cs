using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace LeaderElection.AspNetCore.Tests;

[LeaderOnly]
[Route("unnamed/controller")]
public class UnnamedController : ControllerBase
{
    [HttpGet]
    public IActionResult Get() => Content("served");
}

[LeaderOnly("billing")]
[Route("named/controller")]
public class NamedController : ControllerBase
{
    [HttpGet]
    public IActionResult Get() => Content("served");
}

public class UnnamedActionController : ControllerBase
{
    [LeaderOnly]
    [HttpGet("unnamed/action")]
    public IActionResult Get() => Content("served");
}

public class NamedActionController : ControllerBase
{
    [LeaderOnly("billing")]
    [HttpGet("named/action")]
    public IActionResult Get() => Content("served");
}

[LeaderOnly]
public abstract class UnnamedBaseController : ControllerBase;

[LeaderOnly("billing")]
public abstract class NamedBaseController : ControllerBase;

public class InheritedUnnamedController : UnnamedBaseController
{
    [HttpGet("unnamed/inherited")]
    public IActionResult Get() => Content("served");
}

public class InheritedNamedController : NamedBaseController
{
    [HttpGet("named/inherited")]
    public IActionResult Get() => Content("served");
}

[LeaderOnly]
public class ConventionalUnnamedController : Controller
{
    public IActionResult Index() => Content("served");
}

[LeaderOnly("billing")]
public class ConventionalNamedController : Controller
{
    public IActionResult Index() => Content("served");
}

/// <summary>The class asks for one election, the action for another.</summary>
[LeaderOnly]
public class BothController : ControllerBase
{
    [LeaderOnly("billing")]
    [HttpGet("both")]
    public IActionResult Get() => Content("served");
}

/// <summary>Actions that differ in what they ask for, and do nothing.</summary>
public class IdleController : ControllerBase
{
    [HttpGet("idle/open")]
    public IActionResult Open() => Ok();

    [LeaderOnly]
    [HttpGet("idle/one")]
    public IActionResult One() => Ok();
}

[LeaderOnly]
public class IdleLeaderController : ControllerBase
{
    [LeaderOnly("billing")]
    [HttpGet("idle/two")]
    public IActionResult Two() => Ok();
}

[LeaderOnly("payments")]
public class UnknownElectionController : ControllerBase
{
    [HttpGet("unknown")]
    public IActionResult Get() => Content("served");
}

/// <summary>Leads every path to the action Index of the controller that its state names.</summary>
public sealed class ToController : DynamicRouteValueTransformer
{
    public override ValueTask<RouteValueDictionary> TransformAsync(
        HttpContext httpContext, RouteValueDictionary values) =>
        ValueTask.FromResult(new RouteValueDictionary { ["controller"] = State, ["action"] = "Index" });
}

[LeaderOnly]
public class UnnamedPage : PageModel;

[LeaderOnly("billing")]
public class NamedPage : PageModel;

public class OpenHub : Hub
{
    public Task Echo(string text) => Clients.Caller.SendAsync("echo", text);
}

[LeaderOnly]
public class UnnamedHub : OpenHub;

[LeaderOnly("billing")]
public class NamedHub : OpenHub;

public class ReservedMethodHub : Hub
{
    [LeaderOnly]
    public virtual Task Pay() => Task.CompletedTask;
}

public class InheritedMethodHub : ReservedMethodHub;

public class OverriddenMethodHub : ReservedMethodHub
{
    public override Task Pay() => Task.CompletedTask;
}

/// <summary>The class is reserved, too, but for another election than its method.</summary>
[LeaderOnly("billing")]
public class ReservedTwiceHub : ReservedMethodHub;
