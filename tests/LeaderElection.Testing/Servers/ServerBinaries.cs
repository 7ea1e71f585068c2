using System.Runtime.InteropServices;

namespace LeaderElection.Testing;

/// <summary>The folder with this machine's Postgres server programs.</summary>
internal sealed record ServerBinaries(string Folder, string Version)
{
    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>Null when there are none.</summary>
    public static ServerBinaries? Find()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return null;

        foreach (var folder in Candidates().Select(Resolve).Distinct(StringComparer.Ordinal))
        {
            if (IsComplete(folder))
                return new ServerBinaries(folder, VersionOf(folder));
        }

        return null;
    }

    /// <exception cref="PostgresNotFoundException">There are none.</exception>
    public static ServerBinaries Require() => Find() ?? throw new PostgresNotFoundException(
        "This needs the programs of a Postgres server on this machine (Debian, Ubuntu: apt-get install postgresql; "
        + "Fedora: dnf install postgresql-server; macOS: brew install postgresql).");

    /// <exception cref="PostgresNotFoundException">They are not in that folder.</exception>
    public static ServerBinaries In(string folder)
    {
        var resolved = Resolve(folder);
        return IsComplete(resolved)
            ? new ServerBinaries(resolved, VersionOf(resolved))
            : throw new PostgresNotFoundException(
                $"The folder '{folder}' does not hold the programs of a Postgres server ({string.Join(", ", Programs)}).");
    }

    public string this[string program] => Path.Combine(Folder, program);

    private static bool IsComplete(string folder) =>
        Array.TrueForAll(Programs, program => File.Exists(Path.Combine(folder, program)));

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (folder.Length > 0)
                yield return folder;
        }

        if (FirstLineOf("pg_config", "--bindir") is { } configured)
            yield return configured;

        // Debian and its kin keep every version apart; Homebrew does so below its prefix.
        (string Root, string Pattern)[] roots =
        [
            ("/usr/lib/postgresql", "*"),
            ("/opt/homebrew/opt", "postgresql*"),
            ("/usr/local/opt", "postgresql*"),
            ("/usr", "pgsql-*"),
        ];
        foreach (var (root, pattern) in roots)
        {
            if (!Directory.Exists(root))
                continue;
            foreach (var folder in Directory.GetDirectories(root, pattern).OrderByDescending(NumberIn))
                yield return Path.Combine(folder, "bin");
        }
    }

    private static double NumberIn(string folder)
    {
        var name = Path.GetFileName(folder);
        var digits = name[(name.LastIndexOfAny(['-', '@']) + 1)..];
        return double.TryParse(digits, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    // A link in a folder of the PATH is no good: the server finds its files relative to where its program lies.
    private static string Resolve(string folder)
    {
        try
        {
            var program = new FileInfo(Path.Combine(folder, Programs[0]));
            return program.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target
                ? target.DirectoryName!
                : Path.GetFullPath(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return folder;
        }
    }

    private static string VersionOf(string folder) =>
        FirstLineOf(Path.Combine(folder, "postgres"), "--version") ?? "unknown version";

    private static string? FirstLineOf(string program, string argument)
    {
        var result = Command.TryRun(program, argument);
        return result is { ExitCode: 0 } ? result.Output.Split('\n')[0].Trim() : null;
    }
}
