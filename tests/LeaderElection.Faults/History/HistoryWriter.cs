using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace LeaderElection.Faults;

/// <summary>Writes a history as it happens, a line at a time. Safe to use from any thread.</summary>
internal sealed class HistoryWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _lines;
    private long _rows;
    private bool _isClosed;

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public HistoryWriter(string path, HeaderLine header)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        _file = new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.Read);
        Write(header);
    }

    public string Path { get; }

    /// <summary>After the footer nothing is written any more: what still comes is not part of the run.</summary>
    public void Write(HistoryLine line)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (line is RowLine)
                _rows++;
            var bytes = Encoding.UTF8.GetBytes(HistoryJson.Write(line with { N = ++_lines }) + '\n');
            _hash.AppendData(bytes);
            _file.Write(bytes);
            _file.Flush();
        }
    }

    public void Close(EndOfRun end)
    {
        lock (_gate)
        {
            var hash = Convert.ToHexStringLower(_hash.GetCurrentHash());
            Write(new FooterLine(Stopwatch.GetTimestamp(), end, _rows, hash));
            _isClosed = true;
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _file.Dispose();
            _hash.Dispose();
        }
    }
}
