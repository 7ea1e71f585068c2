namespace LeaderElection.AspNetCore.Tests;

/// <summary>
/// Apps with controllers, pages, hubs and components, with the attribute where
/// the framework does not carry it: their source, the member to be named, what to be told.
/// </summary>
internal static class MisplacedInFrameworks
{
    private const string OnMethods = "Put it on the methods";
    private const string OnImplementation = "Put it on the method that implements it";
    private const string OnEndpoint = "call RequireLeadership() where the endpoint is mapped";

    private const string Controllers = """
        public static void Build(WebApplicationBuilder builder) => builder.Services.AddControllers();
        public static void Map(WebApplication app) => app.MapControllers();
        """;

    private const string Idle = "public static class App { public static void Map(WebApplication app) { } }";

    private const string Components = """
        public class Root : ComponentBase { }
        public static class App
        {
            public static void Build(WebApplicationBuilder builder) => builder.Services.AddRazorComponents();
            public static void Map(WebApplication app) => app.MapRazorComponents<Root>();
        }
        """;

    public static IReadOnlyDictionary<string, (string Source, string Member, string Cure)> All { get; } =
        new Dictionary<string, (string, string, string)>
        {
            ["component without a route beside imports of another folder"] = ($$"""
                namespace Admin { [LeaderOnly] public class _Imports : ComponentBase { } }
                namespace Shop { [LeaderOnly] public class Row : ComponentBase { } }
                {{Components}}
                """, "class 'Shop.Row'", ""),
            ["method of an interface that an action implements"] = ($$"""
                public interface IPay { [LeaderOnly] string Pay(); }
                public class PayController : ControllerBase, IPay { [HttpGet("/pay")] public string Pay() => ""; }
                public static class App { {{Controllers}} }
                """, "method 'Pay' of interface 'IPay'", OnImplementation),
            ["method of an interface that an inherited action implements"] = ($$"""
                public interface IPay { [LeaderOnly] string Pay(); }
                public abstract class Base : ControllerBase { [HttpGet("/pay")] public string Pay() => ""; }
                public class PayController : Base, IPay { }
                public static class App { {{Controllers}} }
                """, "method 'Pay' of interface 'IPay'", OnImplementation),
            ["action that is none"] = ($$"""
                public class PayController : ControllerBase
                {
                    [HttpGet("/pay")] public string Get() => Pay();
                    [NonAction, LeaderOnly] public string Pay() => "";
                }
                public static class App { {{Controllers}} }
                """, "method 'Pay' of class 'PayController'", ""),
            ["class around a controller"] = ($$"""
                [LeaderOnly] public static class Api
                {
                    public class PayController : ControllerBase { [HttpGet("/pay")] public string Pay() => ""; }
                }
                public static class App { {{Controllers}} }
                """, "class 'Api'", OnMethods),
            ["action whose metadata a convention of MVC cleared"] = ("""
                public class PayController : ControllerBase { [LeaderOnly, HttpGet("/pay")] public string Pay() => ""; }
                public class Clearing : IActionModelConvention
                {
                    public void Apply(ActionModel action) => action.Selectors[0].EndpointMetadata.Clear();
                }
                public static class App
                {
                    public static void Build(WebApplicationBuilder builder) => builder.Services.AddControllers(
                        options => options.Conventions.Add(new Clearing()));
                    public static void Map(WebApplication app) => app.MapControllers();
                }
                """, "method 'Pay' of class 'PayController'", OnEndpoint),
            ["method of a page model"] = ("""
                [assembly: RazorCompiledItem(typeof(PayPage), "mvc.1.0.razor-page", "/Pages/Pay.cshtml")]
                [RazorCompiledItemMetadata("RouteTemplate", "/pay")]
                public class PayPage : Page
                {
                    public PayModel Model => ViewData.Model;
                    public ViewDataDictionary<PayModel> ViewData => (ViewDataDictionary<PayModel>)PageContext?.ViewData;
                    public override Task ExecuteAsync() => Task.CompletedTask;
                }
                public class PayModel : PageModel { [LeaderOnly] public void OnGet() { } }
                public static class App
                {
                    public static void Build(WebApplicationBuilder builder) => builder.Services.AddRazorPages();
                    public static void Map(WebApplication app) => app.MapRazorPages();
                }
                """, "method 'OnGet' of page model 'PayModel'", "put it on the page model class"),
            ["method of a base of page models"] = ($$"""
                public abstract class PayModel : PageModel { [LeaderOnly] public void OnGet() { } }
                {{Idle}}
                """, "method 'OnGet' of page model 'PayModel'", "put it on the page model class"),
            ["method of a hub"] = (Hub("PayHub"), "method 'Pay' of hub 'PayHub'", "put it on the hub class"),
            ["inherited method of a hub"] = (
                Hub("Inherited"), "method 'Pay' of hub 'PayHub'", "put it on the hub class"),
            ["overridden method of a hub"] = (
                Hub("Overridden"), "method 'Pay' of hub", "put it on the hub class"),
            ["method of a hub that is reserved for another election"] = (
                Hub("Twice"), "method 'Pay' of hub 'PayHub'", "put it on the hub class"),
            ["component without a route"] = ($$"""
                [LeaderOnly] public class Pay : ComponentBase { }
                {{Components}}
                """, "class 'Pay'", ""),
            ["method of a component"] = ($$"""
                [Microsoft.AspNetCore.Components.Route("/pay")]
                public class Pay : ComponentBase { [LeaderOnly] public void OnClick() { } }
                {{Components}}
                """, "method 'OnClick' of component 'Pay'", "put it on the component class"),
            ["component that a circuit can show"] = ("""
                [LeaderOnly, Microsoft.AspNetCore.Components.Route("/pay")] public class Pay : ComponentBase { }
                public class Root : ComponentBase { }
                public static class App
                {
                    public static void Build(WebApplicationBuilder builder) =>
                        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
                    public static void Map(WebApplication app) =>
                        app.MapRazorComponents<Root>().AddInteractiveServerRenderMode();
                }
                """, "component 'Pay'", "Call RequireLeadership() on what maps the components"),
            ["method of a filter of actions"] = ($$"""
                class PayAttribute : ActionFilterAttribute
                {
                    [LeaderOnly] public override void OnActionExecuting(ActionExecutingContext context) { }
                }
                {{Idle}}
                """, "method 'OnActionExecuting' of class 'PayAttribute'", ""),
            ["view component"] = ($$"""
                [LeaderOnly] public class Pay : ViewComponent { public string Invoke() => ""; }
                {{Idle}}
                """, "class 'Pay'", OnMethods),
        };

    private static string Hub(string mapped) => $$"""
        public class PayHub : Hub { [LeaderOnly] public virtual Task Pay() => Task.CompletedTask; }
        public class Inherited : PayHub { }
        public class Overridden : PayHub { public override Task Pay() => Task.CompletedTask; }
        [LeaderOnly("billing")] public class Twice : PayHub { }
        public static class App
        {
            public static void Build(WebApplicationBuilder builder) => builder.Services.AddSignalR();
            public static void Map(WebApplication app) => app.MapHub<{{mapped}}>("/hub");
        }
        """;
}
