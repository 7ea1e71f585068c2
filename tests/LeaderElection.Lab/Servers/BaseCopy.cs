using Npgsql;

namespace LeaderElection.Lab;

/// <summary>
/// Copies the files of a running server, as pg_basebackup does, which not every build of Postgres brings.
/// </summary>
internal static class BaseCopy
{
    private const int FirstVersionWithNewNames = 15;

    // What a server finds out anew at its start, or gets from its primary.
    private static readonly HashSet<string> LeftEmpty =
    [
        "pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans", "pg_wal",
    ];

    private static readonly HashSet<string> LeftOut = ["postmaster.opts", "postmaster.pid"];

    /// <summary>The copy becomes whole by what the server logs meanwhile: it must be started as a standby.</summary>
    /// <param name="server">Reaches the server; the session must stay the same until the copy is made.</param>
    /// <param name="data">The server's data folder.</param>
    /// <param name="copy">The new data folder, which is not there yet.</param>
    /// <param name="cancellationToken">Ends the attempt; what was copied stays.</param>
    public static async Task MakeAsync(
        NpgsqlConnection server, string data, string copy, CancellationToken cancellationToken)
    {
        var hasNewNames = server.PostgreSqlVersion.Major >= FirstVersionWithNewNames;
        await AskAsync(
            hasNewNames
                ? "SELECT pg_backup_start('standby', fast => true)::text"
                : "SELECT pg_start_backup('standby', fast => true, exclusive => false)::text").ConfigureAwait(false);
        CopyTop(new DirectoryInfo(data), copy, cancellationToken);
        var label = await AskAsync(
            hasNewNames
                ? "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)"
                : "SELECT labelfile FROM pg_stop_backup(exclusive => false, wait_for_archive => false)")
            .ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(copy, "backup_label"), label, cancellationToken)
            .ConfigureAwait(false);

        async Task<string> AskAsync(string question)
        {
            var command = new NpgsqlCommand(question, server);
            await using (command.ConfigureAwait(false))
                return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static void CopyTop(DirectoryInfo data, string copy, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(copy);
        foreach (var entry in EntriesOf(data).Where(entry => !LeftOut.Contains(entry.Name)))
        {
            var target = Path.Combine(copy, entry.Name);
            if (LeftEmpty.Contains(entry.Name))
                Directory.CreateDirectory(target);
            else
                CopyEntry(entry, target, cancellationToken);
        }
    }

    private static void CopyEntry(FileSystemInfo entry, string target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (entry is FileInfo file)
        {
            CopyFile(file, target);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var inside in EntriesOf((DirectoryInfo)entry))
            CopyEntry(inside, Path.Combine(target, inside.Name), cancellationToken);
    }

    // What the server deletes meanwhile, it deletes again when it reads its log.
    private static FileSystemInfo[] EntriesOf(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static void CopyFile(FileInfo file, string target)
    {
        try
        {
            file.CopyTo(target);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            File.Delete(target);
        }
    }
}
