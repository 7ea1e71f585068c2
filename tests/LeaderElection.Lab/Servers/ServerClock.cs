using System.Globalization;

namespace LeaderElection.Lab;

/// <summary>
/// The wall clock of one server, apart from the machine's: libfaketime, preloaded into the server, asks a file at every
/// reading. The monotonic clock is left alone.
/// </summary>
internal sealed class ServerClock(ServerFolder folder)
{
    private const string FileName = "clock";

    // Debian and its kin; Fedora and its kin; Arch, Alpine.
    private static readonly (string Root, string Pattern)[] Roots =
        [("/usr/lib", "*-linux-*"), ("/usr", "lib64"), ("/usr", "lib")];

    private readonly string _library = FindLibrary();
    private TimeSpan _offset;

    /// <summary>What the server's environment needs, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment =>
    [
        $"LD_PRELOAD={_library}",
        $"FAKETIME_TIMESTAMP_FILE={folder[FileName]}",
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",

        // It would leave files in /dev/shm when the server is killed.
        "FAKETIME_DISABLE_SHM=1",
    ];

    /// <summary>From now on the clock is further ahead by that much, behind when negative; at first by
    /// nothing.</summary>
    public Task StepAsync(TimeSpan step, CancellationToken cancellationToken = default)
    {
        _offset += step;
        var sign = _offset < TimeSpan.Zero ? '-' : '+';
        var seconds = _offset.Duration().TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
        return folder.WriteAsync(FileName, $"{sign}{seconds}\n", cancellationToken);
    }

    private static string FindLibrary()
    {
        var candidates = Roots
            .Where(root => Directory.Exists(root.Root))
            .SelectMany(root => Directory.GetDirectories(root.Root, root.Pattern))
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"));
        return candidates.FirstOrDefault(File.Exists) ?? throw new PostgresNotFoundException(
            "A server on a clock of its own needs libfaketime, on Linux (Debian, Ubuntu: apt-get install libfaketime; "
            + "Fedora: dnf install libfaketime).");
    }
}
