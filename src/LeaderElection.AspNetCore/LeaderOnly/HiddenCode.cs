using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Endpoints that run a delegate around another one: they tell only that they invoke something. Harmless, unless there
/// is a reserved method of which nobody can say whether that is it.
/// </summary>
internal static class HiddenCode
{
    public static IEnumerable<string> ProblemsOf(IEnumerable<Endpoint> endpoints, IEnumerable<MethodInfo> idle) =>
        from endpoint in endpoints
        where endpoint.Metadata.GetMetadata<MethodInfo>()?.DeclaringType?.IsSubclassOf(typeof(Delegate)) == true
        from method in idle.Take(1)
        select $"Endpoint '{endpoint.DisplayName}' runs a delegate around another one, which hides whether that is "
            + $"[LeaderOnly], as {FalseReservation.Describe(method)} is, which no endpoint is mapped to. Map the inner "
            + "one.";
}
