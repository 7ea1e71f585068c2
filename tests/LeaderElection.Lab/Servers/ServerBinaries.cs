using System.Globalization;
using System.Runtime.InteropServices;

namespace LeaderElection.Lab;

/// <summary>The folder with this machine's Postgres server programs.</summary>
internal sealed record ServerBinaries(string Folder, string Version)
{
    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    // "postgres (PostgreSQL) 18.4", and what its packager adds.
    private int Major => int.TryParse(
        string.Concat(Version.SkipWhile(letter => !char.IsAsciiDigit(letter)).TakeWhile(char.IsAsciiDigit)),
        NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;

    /// <summary>Null when there are none of the version that is asked for.</summary>
    /// <exception cref="PostgresNotFoundException">The folder that is asked for does not hold them.</exception>
    public static ServerBinaries? Find(PostgresRequest request)
    {
        if (request.Programs is { } named)
            return In(named, request);
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return null;

        return Candidates().Select(Resolve).Distinct(StringComparer.Ordinal).Where(IsComplete)
            .Select(folder => new ServerBinaries(folder, VersionOf(folder)))
            .FirstOrDefault(binaries => request.IsMetBy(binaries.Major));
    }

    /// <exception cref="PostgresNotFoundException">There are none of the version that is asked for.</exception>
    public static ServerBinaries Require(PostgresRequest request) => Find(request)
        ?? throw new PostgresNotFoundException(
            $"This needs the programs of a {request.Wanted} server on this machine (Debian, Ubuntu: apt-get install "
            + "postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql).");

    /// <exception cref="PostgresNotFoundException">The variables of this process ask for what there is not.</exception>
    public static ServerBinaries Require() => Require(PostgresRequest.FromEnvironment());

    /// <summary>
    /// The command that runs a program. Builds that can lie in any folder bring their own libraries, which not all of
    /// their files know how to find.
    /// </summary>
    public IReadOnlyList<string> CommandOf(string program)
    {
        var libraries = Path.GetFullPath(Path.Combine(Folder, "..", "lib"));
        IReadOnlyList<string> environment = File.Exists(Path.Combine(libraries, "libpq.so.5"))
            ? ["env", $"LD_LIBRARY_PATH={libraries}"]
            : [];
        return [.. environment, Path.Combine(Folder, program)];
    }

    private static ServerBinaries In(string folder, PostgresRequest request)
    {
        var resolved = Resolve(folder);
        if (!IsComplete(resolved))
        {
            throw new PostgresNotFoundException(
                $"The folder '{folder}' does not hold the programs of a Postgres server "
                + $"({string.Join(", ", Programs)}).");
        }

        var binaries = new ServerBinaries(resolved, VersionOf(resolved));
        return request.IsMetBy(binaries.Major) ? binaries : throw new PostgresNotFoundException(
            $"{request.Wanted} is asked for, and the folder '{folder}' holds {binaries.Version}.");
    }

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
        return double.TryParse(digits, CultureInfo.InvariantCulture, out var number) ? number : 0;
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
