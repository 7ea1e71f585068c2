using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Razor;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using PathAttribute = Microsoft.AspNetCore.Components.RouteAttribute;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Looks for <c>[LeaderOnly]</c> on code that no endpoint carries: on what never is an endpoint, which is a mistake,
/// and on what might be one and is not in this app, which may be meant.
/// </summary>
/// <param name="types">The code of the app, as far as it can use the attribute.</param>
/// <param name="carried">The members behind the app's endpoints.</param>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = EndpointCode.Trimmed)]
internal sealed class MisplacedAttributes(IReadOnlyCollection<Type> types, IEnumerable<MemberInfo> carried)
{
    private const string GrpcBinding = "Grpc.Core.BindServiceMethodAttribute";

    private static readonly Type[] NeverEndpoints =
    [
        typeof(IMiddleware), typeof(IEndpointFilter), typeof(IFilterMetadata), typeof(IHostedService),
        typeof(ViewComponent), typeof(Hub), typeof(IComponent), typeof(PageBase), typeof(PageModel),
    ];

    private readonly HashSet<MemberInfo> _carried = new(carried.Select(Origin), SameDefinition.Instance);

    /// <summary>What is a mistake in every app, and what to do.</summary>
    public IEnumerable<string> Mistakes() =>
        from member in types.SelectMany(MistakesIn)
        select $"{FalseReservation.Text(EndpointCode.RequirementsOf(member).First())} stands on "
            + $"{FalseReservation.Describe(member)}, where it has no effect. {FalseReservation.CureOf(member)}";

    /// <summary>What reserves nothing as long as no endpoint is mapped to it.</summary>
    public IEnumerable<MethodInfo> Idle() =>
        types.SelectMany(type => LooseMethodsOf(type).Where(method => !IsMistake(type, method)));

    private IEnumerable<MemberInfo> MistakesIn(Type type)
    {
        if (IsReserved(type) && IsConcrete(type) && !_carried.Contains(type) && !Carries(type)
            && !GotItFromImports(type) && !types.Any(other => other.IsSubclassOf(type) && Carries(other)))
        {
            yield return type;
        }

        foreach (var method in LooseMethodsOf(type).Where(method => IsMistake(type, method)))
            yield return method;
    }

    // One line in _Imports.razor or _ViewImports.cshtml puts it on all of a folder, even on what has no route.
    private bool GotItFromImports(Type type) =>
        IsImports(type) || types.Any(imports => IsImports(imports) && IsReserved(imports) && Covers(imports, type));

    private static bool IsImports(Type type) =>
        (type.Name is "_Imports" && type.IsAssignableTo(typeof(IComponent)))
        || (type.Name.EndsWith("_ViewImports", StringComparison.Ordinal) && type.IsAssignableTo(typeof(RazorPageBase)));

    // The folder of a component is its namespace; all compiled views share one.
    private static bool Covers(Type imports, Type type) => type.IsAssignableTo(typeof(IComponent))
        ? $"{type.Namespace}.".StartsWith($"{imports.Namespace}.", StringComparison.Ordinal)
        : type.IsAssignableTo(typeof(RazorPageBase)) && imports.IsAssignableTo(typeof(RazorPageBase));

    // What overrides an abstract method has its attribute, and is looked at instead.
    private IEnumerable<MethodInfo> LooseMethodsOf(Type type) =>
        from method in EndpointCode.MethodsOf(type)
        where IsReserved(method) && (!method.IsAbstract || type.IsInterface)
            && !_carried.Contains(Origin(method)) && !IsLeftToFramework(type, method) && !IsCoveredByClass(type, method)
        select method;

    // An action of a controller without endpoints is gated by a filter, or not there. Of a call of gRPC the endpoint
    // does not tell the method, but has its attributes.
    private bool IsLeftToFramework(Type type, MethodInfo method) =>
        method is { IsPublic: true, IsStatic: false }
        && ((IsController(type) && !_carried.Contains(type)) || (IsGrpcService(type) && method.IsVirtual));

    private static bool IsCoveredByClass(Type type, MethodInfo method) =>
        Carries(type) && EndpointCode.RequirementsOf(method)
            .All(requirement => FalseReservation.Holds(EndpointCode.RequirementsOf(type), requirement));

    private static bool IsMistake(Type type, MethodInfo method) =>
        method.IsAbstract || method.IsDefined(typeof(NonActionAttribute), inherit: true)
        || (!IsController(type) && (NeverEndpoints.Any(type.IsAssignableTo) || IsMiddleware(type)))
        || method.GetParameters().Any(parameter => parameter.ParameterType.IsAssignableTo(typeof(IEndpointRouteBuilder))
            || parameter.ParameterType.IsAssignableTo(typeof(IApplicationBuilder)));

    private static bool Carries(Type type) =>
        IsController(type) || type.IsAssignableTo(typeof(Hub)) || type.IsAssignableTo(typeof(PageBase))
        || type.IsDefined(typeof(PageModelAttribute), inherit: true) || IsGrpcService(type)
        || (type.IsAssignableTo(typeof(IComponent)) && type.IsDefined(typeof(PathAttribute), inherit: false));

    private static bool IsController(Type type) =>
        type.IsDefined(typeof(ControllerAttribute), inherit: true)
        || type.Name.EndsWith("Controller", StringComparison.OrdinalIgnoreCase);

    private static bool IsGrpcService(Type type)
    {
        for (var part = type; part is not null; part = part.BaseType)
        {
            if (part.CustomAttributes.Any(attribute => attribute.AttributeType.FullName == GrpcBinding))
                return true;
        }

        return false;
    }

    private static bool IsMiddleware(Type type) => type.GetConstructors().Any(constructor =>
        constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(RequestDelegate)));

    private static bool IsReserved(MemberInfo member) => member.IsDefined(typeof(LeaderOnlyAttribute), inherit: true);

    // To the runtime a static class is abstract, too.
    private static bool IsConcrete(Type type) => !type.IsAbstract || type.IsSealed;

    private static MemberInfo Origin(MemberInfo member) =>
        member is MethodInfo method ? method.GetBaseDefinition() : member;

    /// <summary>A member is another object when it is asked for by way of another class.</summary>
    private sealed class SameDefinition : IEqualityComparer<MemberInfo>
    {
        public static readonly SameDefinition Instance = new();

        public bool Equals(MemberInfo? x, MemberInfo? y) =>
            x is not null && y is not null && x.HasSameMetadataDefinitionAs(y);

        public int GetHashCode(MemberInfo obj) => obj.Name.GetHashCode(StringComparison.Ordinal);
    }
}
