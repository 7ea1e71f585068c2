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

public abstract class OverriddenUnnamedController : Controller
{
    [LeaderOnly]
    public abstract IActionResult Index();
}

[Area("u")]
public class AreaUnnamedController : OverriddenUnnamedController
{
    public override IActionResult Index() => Content("served");
}

public abstract class OverriddenNamedController : Controller
{
    [LeaderOnly("billing")]
    public abstract IActionResult Index();
}

[Area("n")]
public class AreaNamedController : OverriddenNamedController
{
    public override IActionResult Index() => Content("served");
}

public class FilteredController : ControllerBase
{
    [HttpGet("unnamed/convention")]
    public IActionResult Unnamed() => Content("served");

    [HttpGet("named/convention")]
    public IActionResult Named() => Content("served");
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

/// <summary>Leads every path to the page that its state names.</summary>
public sealed class ToPage : DynamicRouteValueTransformer
{
    public override ValueTask<RouteValueDictionary> TransformAsync(
        HttpContext httpContext, RouteValueDictionary values) =>
        ValueTask.FromResult(new RouteValueDictionary { ["page"] = State });
}

public class ReservingHandler
{
    [LeaderOnly]
    public virtual string ServeUnnamed() => "";

    [LeaderOnly("billing")]
    public virtual string ServeNamed() => "";
}

public class OverridingHandler : ReservingHandler
{
    public override string ServeUnnamed() => "served";

    public override string ServeNamed() => "served";
}

public interface IHandler
{
    [LeaderOnly]
    string ServeUnnamed() => "served";

    [LeaderOnly("billing")]
    string ServeNamed() => "served";
}

public class Handler : IHandler;

public class OpenPage : PageModel;

public class InheritedUnnamedPage : UnnamedPage;

public class InheritedNamedPage : NamedPage;

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
