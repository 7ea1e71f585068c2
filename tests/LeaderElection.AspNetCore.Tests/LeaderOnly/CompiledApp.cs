using System.Reflection;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>
/// An app in an assembly of its own, so that its mistakes are in no other app. Its source has a class <c>App</c> with
/// <c>Map(WebApplication)</c> and, if it needs services, <c>Build(WebApplicationBuilder)</c>. It follows.
/// </summary>
internal static class CompiledApp
{
    private const string Usings = """
        using System;
        using System.Threading.Tasks;
        using LeaderElection.AspNetCore;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Components;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Mvc.ApplicationModels;
        using Microsoft.AspNetCore.Mvc.Filters;
        using Microsoft.AspNetCore.Mvc.RazorPages;
        using Microsoft.AspNetCore.Mvc.ViewFeatures;
        using Microsoft.AspNetCore.Razor.Hosting;
        using Microsoft.AspNetCore.Routing;
        using Microsoft.AspNetCore.SignalR;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;

        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static int _count;

    public static Assembly Compile(string source)
    {
        var compilation = CSharpCompilation.Create(
            $"Compiled{Interlocked.Increment(ref _count)}",
            [CSharpSyntaxTree.ParseText(Usings + source)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        emitted.Success.ShouldBeTrue(string.Join(Environment.NewLine, emitted.Diagnostics));
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }

    public static async Task<WebApplication> StartAsync(Assembly assembly, LogCollector logs)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = assembly.GetName().Name,
            EnvironmentName = "Production",
        });
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<ILoggerFactory>(logs);
        builder.Services.AddLeaderElection().UseInMemory().AddLeaderOnlyEndpoints();
        builder.Services.AddSingleton<ILeaderElector>(new FakeLeaderElector());
        Call(assembly, "Build", builder);
        return await GateApp.StartAsync(builder, app => Call(assembly, "Map", app));
    }

    private static void Call(Assembly assembly, string method, object argument) =>
        assembly.GetType("App")!.GetMethod(method)?.Invoke(
            null, BindingFlags.DoNotWrapExceptions, binder: null, [argument], culture: null);
}
