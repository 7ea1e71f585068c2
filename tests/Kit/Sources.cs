using System.Runtime.CompilerServices;

namespace LeaderElection.Kit;

/// <summary>The files that the rules are about.</summary>
public static class Sources
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Production { get; } = Read("src");

    public static IReadOnlyList<SourceFile> Tests { get; } = Read("tests");

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // A deterministic build may have mapped the path of this file away: the output folder lies inside, too.
        foreach (var start in new[] { Path.GetDirectoryName(thisFile), AppContext.BaseDirectory })
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "LeaderElection.sln")))
                    return folder;
            }
        }

        throw new InvalidOperationException("LeaderElection.sln is in no folder above the tests.");
    }

    private static List<SourceFile> Read(string folder)
    {
        var root = Path.Combine(Root, folder);
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Where(path => !$"/{path}".Contains("/obj/") && !$"/{path}".Contains("/bin/"))
                .Order(StringComparer.Ordinal)
                .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(root, path)))),
        ];
    }
}

/// <param name="Path">Below src or tests, with slashes.</param>
/// <param name="Text">All of it.</param>
public sealed record SourceFile(string Path, string Text)
{
    /// <summary>Project and first folder, such as <c>LeaderElection/Contracts</c>; the project alone for its own
    /// files.</summary>
    public string Folder => string.Join('/', Path.Split('/')[..^1].Take(2));

    /// <summary>The code without comments, so that documentation may mention what it likes.</summary>
    public string Code { get; } = string.Join(
        '\n', Text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    public int Lines => Text.Count(character => character == '\n');
}
