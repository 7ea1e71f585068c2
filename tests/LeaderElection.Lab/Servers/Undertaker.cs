using System.Diagnostics;

namespace LeaderElection.Lab;

/// <summary>
/// A small shell that waits for the end of its input, then ends the server of a folder and deletes the folder. The
/// input ends when we close it, and when this process ends in whatever way, kill -9 included: one way to clean up for
/// all ways to end.
/// </summary>
internal sealed class Undertaker : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    // Postgres ends at once on SIGQUIT and heeds no SIGTERM after that. PgBouncer before 1.23 does so on SIGTERM, and
    // knows no SIGQUIT, which shells tell background jobs to ignore.
    // A process id can be given to another process: only one that was started on the folder is ended.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        exec > /dev/null 2>&1
        folder=$1
        id_file=$2
        is_ours() {
            if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' < "/proc/$1/cmdline"; else ps -o args= -p "$1"; fi |
                grep -qF "$folder"
        }
        cat > /dev/null
        pid=$(head -n 1 "$folder/$id_file")
        if [ -n "$pid" ] && is_ours "$pid"; then
            kill -QUIT "$pid"
            kill -TERM "$pid"
            tries=0
            while is_ours "$pid" && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            is_ours "$pid" && kill -KILL "$pid"
        fi
        rm -rf "$folder"
        tries=0
        while [ -e "$folder" ] && [ "$tries" -lt 20 ]; do sleep 0.1; rm -rf "$folder"; tries=$((tries + 1)); done
        """;

    private readonly Process _process;

    /// <param name="folder">Named on the server's command line.</param>
    /// <param name="processIdFile">Below the folder; its first line is the server's process id.</param>
    public Undertaker(string folder, string processIdFile)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "leader-election-undertaker", folder, processIdFile])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(LongestWait);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        _process.Dispose();
    }
}
