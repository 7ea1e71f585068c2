using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LeaderElection.Tests;

/// <summary>The production code of all packages as the compiler understands it: which room uses what of
/// which.</summary>
internal static class House
{
    // What the project files add.
    private const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview, DocumentationMode.None);
    private static readonly Lazy<CSharpCompilation> Compiled = new(Compile);
    private static readonly Lazy<IReadOnlyList<Use>> All = new(FindUses);

    /// <summary>Every use of a type or member that stands in another room; a name in a text is none.</summary>
    public static IReadOnlyList<Use> Uses => All.Value;

    public static IEnumerable<MethodDeclarationSyntax> Methods => Compiled.Value.SyntaxTrees.SelectMany(
        tree => tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>());

    public static IEnumerable<Diagnostic> Errors => Compiled.Value.GetDiagnostics()
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <summary>From its first word or attribute to its end.</summary>
    public static int LinesOf(MethodDeclarationSyntax method)
    {
        var lines = method.GetLocation().GetLineSpan();
        return lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1;
    }

    /// <summary>Project and folder, such as <c>LeaderElection/Leases</c>.</summary>
    public static string RoomOf(string path) => string.Join('/', path.Split('/')[..^1].Take(2));

    private static CSharpCompilation Compile()
    {
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("LeaderElection", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        var sources = Sources.Production.Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.Path));
        return CSharpCompilation.Create(
            "House", [CSharpSyntaxTree.ParseText(Usings, Parsing, "Usings.cs"), .. sources], libraries,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static bool IsOnlyNamed(SyntaxNode name) =>
        name.Ancestors().OfType<InvocationExpressionSyntax>()
            .Any(call => call.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" });

    private static List<Use> FindUses() =>
    [
        .. from tree in Compiled.Value.SyntaxTrees
           let model = Compiled.Value.GetSemanticModel(tree)
           let room = RoomOf(tree.FilePath)
           from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
           where !IsOnlyNamed(name)
           let symbol = model.GetSymbolInfo(name).Symbol?.OriginalDefinition
           where symbol is INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol
           let rooms = symbol.DeclaringSyntaxReferences.Select(place => RoomOf(place.SyntaxTree.FilePath)).ToList()
           where rooms.Count > 0 && !rooms.Contains(room)
           select new Use(tree.FilePath, room, symbol.ToDisplayString(), rooms[0]),
    ];
}

/// <param name="Path">Of the file, below src.</param>
/// <param name="Room">Of the file.</param>
/// <param name="What">The type or member that it uses.</param>
/// <param name="Of">The room in which that stands.</param>
internal sealed record Use(string Path, string Room, string What, string Of);
