using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Puts gated endpoints in the place of those that are for the leader only: when the routes are built, which costs a
/// request nothing, and per request where other policies put endpoints in place per request.
/// </summary>
internal sealed class LeaderOnlyMatcherPolicy(LeaderGate gate)
    : MatcherPolicy, INodeBuilderPolicy, IEndpointSelectorPolicy
{
    // The last: what others put in place must be seen, and whether the answer is 405, 415 or ours is theirs to say.
    public override int Order => int.MaxValue;

    bool INodeBuilderPolicy.AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => gate.Gated(endpoint) != endpoint);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
        [new PolicyNodeEdge(nameof(LeaderGate), [.. endpoints.Select(gate.Gated)])];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        new OneWay(edges.Single().Destination);

    // A page that is compiled at run time is replaced by its compiled self, which alone has the attributes of the page
    // model, but does not say that it is dynamic.
    bool IEndpointSelectorPolicy.AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        ContainsDynamicEndpoints(endpoints)
        || endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>()
            is not (null or CompiledPageActionDescriptor));

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var index = 0; index < candidates.Count; index++)
        {
            if (!candidates.IsValidCandidate(index))
                continue;

            ref var candidate = ref candidates[index];
            var gated = gate.Gated(candidate.Endpoint);
            if (gated != candidate.Endpoint)
                candidates.ReplaceEndpoint(index, gated, candidate.Values);
        }

        return Task.CompletedTask;
    }

    private sealed class OneWay(int destination) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) => destination;
    }
}
