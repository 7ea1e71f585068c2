using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.SignalR;

namespace LeaderElection.AspNetCore;

/// <summary>
/// The members that run when an endpoint is served, as far as it tells: where a reader of the code who sees
/// <c>[LeaderOnly]</c> takes the endpoint for reserved, whether or not the framework carries it there.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Trimmed)]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = Trimmed)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Trimmed)]
internal static class EndpointCode
{
    /// <summary>Why it is right to look at types of which a trimmed app has kept only a part.</summary>
    public const string Trimmed =
        "What was removed does not run; an attribute that cannot be seen any more is found before the app is trimmed.";

    private const string GrpcMethod = "Grpc.AspNetCore.Server.GrpcMethodMetadata";
    private const string GrpcService = "ServiceType";
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.Public | BindingFlags.NonPublic;

    public static IEnumerable<MemberInfo> Of(Endpoint endpoint) =>
        endpoint.Metadata.SelectMany(OfMetadata).Concat(OfDelegate(endpoint.RequestDelegate)).Distinct();

    /// <summary>What stands on the member itself, or on what it overrides or derives from.</summary>
    public static IEnumerable<LeaderOnlyAttribute> RequirementsOf(MemberInfo member) =>
        member.GetCustomAttributes<LeaderOnlyAttribute>(inherit: true);

    public static IEnumerable<MethodInfo> MethodsOf(Type type) => type.GetMethods(Declared);

    private static IEnumerable<MemberInfo> OfMetadata(object metadata) => metadata switch
    {
        MethodInfo handler => OfMethod(handler, handler.DeclaringType),
        ControllerActionDescriptor action => OfMethod(action.MethodInfo, action.ControllerTypeInfo),
        CompiledPageActionDescriptor page => OfClass(page.PageTypeInfo).Concat(OfClass(page.HandlerTypeInfo)),
        HubMetadata hub => OfClass(hub.HubType),
        ComponentTypeMetadata component => OfClass(component.Type),
        _ when metadata.GetType().FullName == GrpcMethod =>
            metadata.GetType().GetProperty(GrpcService)?.GetValue(metadata) is Type service ? [service] : [],
        _ => [],
    };

    // A delegate around another one hides what that runs.
    private static IEnumerable<MemberInfo> OfDelegate(Delegate? handler) =>
        handler?.GetInvocationList().SelectMany(each => each.Target is Delegate inner
            ? OfDelegate(inner)
            : OfMethod(each.Method, each.Method.DeclaringType)) ?? [];

    private static IEnumerable<MemberInfo> OfMethod(MethodInfo method, Type? type)
    {
        yield return method;
        foreach (var member in InterfaceMethodsOf(method, type))
            yield return member;

        // A lambda stands in a class that the compiler made, within the one that was written.
        for (; type is not null; type = type.DeclaringType)
            yield return type;
    }

    // Which of its methods runs is not for the endpoint to say, but for each message, form or event.
    private static IEnumerable<MemberInfo> OfClass(Type type)
    {
        yield return type;
        for (var part = type; part is not null; part = part.BaseType)
        {
            foreach (var method in MethodsOf(part).SelectMany(each => InterfaceMethodsOf(each, type).Prepend(each)))
                yield return method;
        }
    }

    // Reserved ones only: nobody asks for the others, and code that is compiled ahead of time may have no map of them.
    private static IEnumerable<MethodInfo> InterfaceMethodsOf(MethodInfo method, Type? type)
    {
        if (type is null or { IsInterface: true })
            yield break;

        foreach (var face in type.GetInterfaces().Where(each => MethodsOf(each).Any(IsReserved)))
        {
            var map = type.GetInterfaceMap(face);
            for (var index = 0; index < map.TargetMethods.Length; index++)
            {
                if (map.TargetMethods[index].HasSameMetadataDefinitionAs(method))
                    yield return map.InterfaceMethods[index];
            }
        }
    }

    private static bool IsReserved(MethodInfo method) => RequirementsOf(method).Any();
}
