using System.Globalization;
using System.Text;

namespace FencingToken;

/// <summary>
/// A file that several instances write to, on a disk that they share. Every line has the fencing token of its writer;
/// a token lower than the highest is refused, so a leader that was paused changes nothing. Check and write are one act,
/// because the file is open to one writer at a time. That is the whole pattern: whatever keeps the data keeps the
/// highest token seen beside it, and compares and writes in one step.
/// </summary>
/// <remarks>On Unix the lock is advisory: all writers have to come through here.</remarks>
internal sealed class Ledger(string path)
{
    private static readonly TimeSpan PauseWhileOpen = TimeSpan.FromMilliseconds(10);

    /// <summary>False when a leader with a higher token has written before.</summary>
    public async Task<bool> TryAppendAsync(long fencingToken, string text, CancellationToken cancellationToken)
    {
        await using var file = await OpenAloneAsync(cancellationToken);
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        var lines = WholeLines(await reader.ReadToEndAsync(cancellationToken));
        if (fencingToken < HighestToken(lines))
            return false;

        file.SetLength(Encoding.UTF8.GetByteCount(lines));
        file.Seek(0, SeekOrigin.End);
        var line = string.Create(CultureInfo.InvariantCulture, $"{fencingToken}\t{text}\n");
        await file.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
        file.Flush(flushToDisk: true);
        return true;
    }

    // A line without an end was being written when its writer died: it does not count.
    private static string WholeLines(string content) => content[..(content.LastIndexOf('\n') + 1)];

    private static long HighestToken(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();

    private async Task<FileStream> OpenAloneAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(PauseWhileOpen, cancellationToken);
            }
        }
    }
}
