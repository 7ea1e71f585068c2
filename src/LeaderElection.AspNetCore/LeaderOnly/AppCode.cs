using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.AspNetCore;

/// <summary>
/// The types among which misplaced attributes are looked for: of the app's own assembly, of MVC's application parts,
/// and of every assembly from which an endpoint runs something. Nothing is loaded for it.
/// </summary>
internal static class AppCode
{
    private static readonly string Own = typeof(AppCode).Assembly.GetName().Name!;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = EndpointCode.Trimmed)]
    public static IReadOnlyCollection<Type> TypesOf(IServiceProvider services, IEnumerable<MemberInfo> behindEndpoints)
    {
        // Code that is compiled ahead of time does not tell what it refers to.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return [];

        var name = services.GetService<IHostEnvironment>()?.ApplicationName;
        return
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name == name)
                .Concat(PartsOf(services))
                .Concat(behindEndpoints.Select(member => member.Module.Assembly))
                .Distinct()
                .Where(CanUseTheAttribute)
                .SelectMany(TypesOf),
        ];
    }

    private static IEnumerable<Assembly> PartsOf(IServiceProvider services) =>
        services.GetService<ApplicationPartManager>()?.ApplicationParts.OfType<AssemblyPart>()
            .Select(part => part.Assembly) ?? [];

    [RequiresUnreferencedCode("Looks at all that there is.")]
    private static bool CanUseTheAttribute(Assembly assembly) =>
        !assembly.IsDynamic && Array.Exists(assembly.GetReferencedAssemblies(), reference => reference.Name == Own);

    [RequiresUnreferencedCode("Looks at all that there is.")]
    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            // Types that cannot be loaded cannot run either.
            return exception.Types.OfType<Type>();
        }
    }
}
