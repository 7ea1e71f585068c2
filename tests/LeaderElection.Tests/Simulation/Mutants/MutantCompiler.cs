using System.Globalization;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LeaderElection.Tests.Simulation;

/// <summary>Compiles the production code with a bug in it, and runs this very simulation on the result.</summary>
internal sealed class MutantCompiler
{
    private const string Project = "LeaderElection/";

    // Linked into the project as a whole.
    private const string Shared = "Shared/";

    // What the project file adds: the usings, and that these tests may look inside.
    private const string ProjectSettings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("LeaderElection.Tests")]
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview, DocumentationMode.None);

    private readonly CSharpCompilation _unchanged = Compile();

    /// <summary>The first seeds of a mutant.</summary>
    /// <returns>How many it took until a promise was broken, and which; null when none was.</returns>
    /// <exception cref="InvalidOperationException">The edits do not fit the code.</exception>
    public Caught? Run(Mutant mutant, int seeds)
    {
        var context = new MutantContext(Emit(mutant));
        try
        {
            var type = context.LoadTests().GetType(typeof(MutantRun).FullName!)!;
            var answer = (string?)type.GetMethod(nameof(MutantRun.FirstBroken))!.Invoke(null, [seeds]);
            return answer is null ? null : Caught.Parse(answer);
        }
        finally
        {
            context.Unload();
        }
    }

    private static CSharpCompilation Compile()
    {
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("LeaderElection.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        var sources = Sources.Production.Where(file => file.Path.StartsWith(Project, StringComparison.Ordinal))
            .Select(file => Parse(file.Text, file.Path[Project.Length..]));
        var shared = Sources.Production.Where(file => file.Path.StartsWith(Shared, StringComparison.Ordinal))
            .Select(file => Parse(file.Text, file.Path));
        return CSharpCompilation.Create(
            "LeaderElection",
            [Parse(ProjectSettings, "ProjectSettings.cs"), .. sources, .. shared],
            libraries,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    private static SyntaxTree Parse(string text, string path)
    {
        var tree = CSharpSyntaxTree.ParseText(text, Parsing, path);
        return tree.WithRootAndOptions(new Mute().Visit(tree.GetRoot()), Parsing);
    }

    private byte[] Emit(Mutant mutant)
    {
        var mutated = _unchanged;
        foreach (var edit in mutant.Edits)
            mutated = Change(mutated, mutant, edit);

        using var assembly = new MemoryStream();
        var result = mutated.Emit(assembly);
        if (!result.Success)
        {
            var errors = result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(diagnostic => diagnostic.ToString());
            throw new InvalidOperationException(
                $"'{mutant}' does not compile: {string.Join(Environment.NewLine, errors)}");
        }

        return assembly.ToArray();
    }

    private static CSharpCompilation Change(CSharpCompilation code, Mutant mutant, Edit edit)
    {
        try
        {
            var (file, changed) = Planting.Plant(edit, code.SyntaxTrees);
            return code.ReplaceSyntaxTree(file, file.WithChangedText(changed));
        }
        catch (InvalidOperationException misfit)
        {
            throw new InvalidOperationException($"'{mutant}' does not fit the code: {misfit.Message}", misfit);
        }
    }

    /// <summary>Methods that a generator writes elsewhere, the log's, say nothing here.</summary>
    private sealed class Mute : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) =>
            node.Body is null && node.ExpressionBody is null && node.Modifiers.Any(SyntaxKind.PartialKeyword)
                ? node.WithAttributeLists([])
                    .WithModifiers([.. node.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PartialKeyword))])
                    .WithSemicolonToken(default)
                    .WithBody(SyntaxFactory.Block())
                : node;
    }

    /// <summary>The mutant, and a copy of these tests and their kit that is bound to it.</summary>
    private sealed class MutantContext(byte[] mutant) : AssemblyLoadContext(isCollectible: true)
    {
        public System.Reflection.Assembly LoadTests() => LoadFromAssemblyPath(typeof(MutantRun).Assembly.Location);

        protected override System.Reflection.Assembly? Load(System.Reflection.AssemblyName assemblyName)
        {
            if (assemblyName.Name == typeof(ManualClock).Assembly.GetName().Name)
                return LoadFromAssemblyPath(typeof(ManualClock).Assembly.Location);
            if (assemblyName.Name != "LeaderElection")
                return null;
            using var stream = new MemoryStream(mutant);
            return LoadFromStream(stream);
        }
    }
}

/// <param name="Seed">The first seed that broke a promise.</param>
/// <param name="Promise">Which.</param>
internal sealed record Caught(int Seed, string Promise)
{
    public static Caught Parse(string text)
    {
        var parts = text.Split(' ', 2);
        return new Caught(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }
}

/// <summary>Called across the border of two load contexts: strings and numbers only.</summary>
public static class MutantRun
{
    /// <returns>The seed and the promise; null when none was broken.</returns>
    public static string? FirstBroken(int seeds)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            if (World.Run(seed).Violation is { } violation)
                return $"{seed} {violation.Promise}";
        }

        return null;
    }
}
