using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Tells what looks reserved for the leader and is open to all, because <c>[LeaderOnly]</c> stands where the framework
/// does not carry it to the endpoint, or because somebody removed it there.
/// </summary>
internal static class FalseReservation
{
    /// <summary>What is wrong with the endpoint, and what to do; null when it is as reserved as it looks.</summary>
    public static string? Of(Endpoint endpoint)
    {
        var required = endpoint.Metadata.GetOrderedMetadata<LeaderOnlyAttribute>();
        foreach (var member in EndpointCode.Of(endpoint))
        {
            if (EndpointCode.RequirementsOf(member).FirstOrDefault(each => !Holds(required, each)) is { } lost)
            {
                return $"{Text(lost)} stands on {Describe(member)}, but does not reach endpoint "
                    + $"'{endpoint.DisplayName}', which runs it. {CureOf(member)}";
            }
        }

        return null;
    }

    public static bool Holds(IEnumerable<LeaderOnlyAttribute> required, LeaderOnlyAttribute requirement) =>
        required.Any(each => each.Name == requirement.Name);

    public static string Text(LeaderOnlyAttribute requirement) =>
        requirement.Name is null ? "[LeaderOnly]" : $"[LeaderOnly(\"{requirement.Name}\")]";

    public static string Describe(MemberInfo member)
    {
        if (member is Type type)
            return $"class '{NameOf(type)}'";
        var (kind, written) = KindOf(member.DeclaringType!);
        return IsMadeByCompiler(member)
            ? $"a lambda or local function in '{NameOf(written)}'"
            : $"method '{member.Name}' of {kind} '{NameOf(written)}'";
    }

    public static string CureOf(MemberInfo member) => member switch
    {
        MethodInfo { DeclaringType.IsInterface: true, IsAbstract: true } => "Put it on the method that implements it.",
        MethodInfo when KindOf(member.DeclaringType!).Kind is not ("class" or "interface") and var kind =>
            $"Methods of a {kind} are not endpoints: put it on the {kind} class.",
        Type type when type.IsAssignableTo(typeof(IHostedService)) => "For work in the background derive from "
            + "LeaderBackgroundService.",
        Type => "Put it on the methods that endpoints are mapped to, or call RequireLeadership() where they are "
            + "mapped.",
        _ => "A convention may have removed it from the endpoint's metadata, or a delegate hides it: call "
            + "RequireLeadership() where the endpoint is mapped.",
    };

    private static (string Kind, Type Type) KindOf(Type type)
    {
        while (IsMadeByCompiler(type) && type.DeclaringType is { } around)
            type = around;
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            _ when type.IsAssignableTo(typeof(Hub)) => "hub",
            _ when type.IsDefined(typeof(PageModelAttribute), inherit: true)
                || type.IsAssignableTo(typeof(PageBase)) => "page model",
            _ when type.IsAssignableTo(typeof(IComponent)) => "component",
            _ => "class",
        };
        return (kind, type);
    }

    // Names with such a bracket cannot be written in C#.
    private static bool IsMadeByCompiler(MemberInfo member) => member.Name.Contains('<', StringComparison.Ordinal);

    private static string NameOf(Type type) => type.FullName ?? type.Name;
}
