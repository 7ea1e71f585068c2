using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Takes the filters off actions whose endpoints are gated already: each would cost every request time and memory to
/// ask again. Without endpoint routing they stay, and so do those that stand in no endpoint's metadata.
/// </summary>
internal sealed class GatedActions(IOptions<MvcOptions> options) : IApplicationModelProvider
{
    // MVC makes the model at -1000, of what stands on controllers and actions.
    public int Order => 0;

    public void OnProvidersExecuting(ApplicationModelProviderContext context)
    {
        if (!options.Value.EnableEndpointRouting)
            return;

        foreach (var controller in context.Result.Controllers)
        {
            RemoveAttributes(controller.Filters, controller.Attributes);
            foreach (var action in controller.Actions)
                RemoveAttributes(action.Filters, action.Attributes);
        }
    }

    public void OnProvidersExecuted(ApplicationModelProviderContext context)
    {
        // The model is made by now.
    }

    // Attributes are metadata of the endpoint. Filters that came otherwise are not, and nothing else holds back there.
    private static void RemoveAttributes(IList<IFilterMetadata> filters, IReadOnlyList<object> attributes)
    {
        foreach (var filter in filters.OfType<LeaderOnlyAttribute>().Where(attributes.Contains).ToList())
            filters.Remove(filter);
    }
}
