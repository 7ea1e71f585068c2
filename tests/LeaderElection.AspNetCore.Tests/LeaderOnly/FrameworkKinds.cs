using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Those of the kinds that Razor Pages, MVC, Blazor and gRPC map by other ways than a route each.</summary>
internal static class FrameworkKinds
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddGrpc(options => options.IgnoreUnknownServices = true);
        services.AddRazorComponents();
        services.AddTransient<ToPage>();
        services.AddMvc(options => options.Conventions.Add(new ReservingConvention())).AddRazorPagesOptions(options =>
        {
            options.Conventions.AddPageRoute("/LeaderOnly/UnnamedInherited", "unnamed/page-route");
            options.Conventions.AddPageRoute("/LeaderOnly/NamedInherited", "named/page-route");
        });
    }

    public static void Map(WebApplication app)
    {
        app.UseAntiforgery();
        app.MapRazorComponents<RootComponent>();
        app.MapGrpcService<UnnamedLedger>();
        app.MapGrpcService<NamedLedger>();
        app.MapGrpcService<InheritedUnnamedLedger>();
        app.MapGrpcService<InheritedNamedLedger>();
        app.MapGrpcService<UnnamedMethodLedger>();
        app.MapGrpcService<NamedMethodLedger>();
        app.MapGrpcService<OverriddenUnnamedLedger>();
        app.MapGrpcService<OverriddenNamedLedger>();
        app.MapDynamicPageRoute<ToPage>("unnamed/dynamic-page/{**rest}", "/LeaderOnly/Unnamed");
        app.MapDynamicPageRoute<ToPage>("named/dynamic-page/{**rest}", "/LeaderOnly/Named");
        app.MapFallbackToPage("unnamed/fallback-page/{**rest}", "/LeaderOnly/Unnamed");
        app.MapFallbackToPage("named/fallback-page/{**rest}", "/LeaderOnly/Named");
        app.MapFallbackToController("unnamed/fallback-controller/{**rest}", "Index", "ConventionalUnnamed");
        app.MapFallbackToController("named/fallback-controller/{**rest}", "Index", "ConventionalNamed");
        app.MapAreaControllerRoute("au", "u", "unnamed/area/{action}", new { controller = "AreaUnnamed" });
        app.MapAreaControllerRoute("an", "n", "named/area/{action}", new { controller = "AreaNamed" });
    }

    /// <summary>Reserves actions by a filter, of which no endpoint's metadata tells.</summary>
    private sealed class ReservingConvention : IApplicationModelConvention
    {
        public void Apply(ApplicationModel application)
        {
            foreach (var action in application.Controllers.SelectMany(controller => controller.Actions))
            {
                if (action.ActionName == nameof(FilteredController.Unnamed))
                    action.Filters.Add(new LeaderOnlyAttribute());
                else if (action.ActionName == nameof(FilteredController.Named))
                    action.Filters.Add(new LeaderOnlyAttribute("billing"));
            }
        }
    }
}
