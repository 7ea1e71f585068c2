using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LeaderElection.Faults;

/// <summary>Reads a history file and makes sure that nothing of it is missing.</summary>
internal static class HistoryReader
{
    /// <exception cref="HistoryIncompleteException">Something is missing; the message says what, and in which
    /// line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FaultHistory Read(string path)
    {
        using var file = File.OpenRead(path);
        return new FaultHistory(Lines(file));
    }

    private static IEnumerable<HistoryLine> Lines(Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var number = 0L;
        FooterLine? footer = null;
        foreach (var bytes in RawLines(file))
        {
            number++;
            if (footer is not null)
                throw new HistoryIncompleteException($"Line {number} follows the footer: two files were put together.");
            var line = Parse(bytes, number);
            if (line is HeaderLine { Format: not HeaderLine.CurrentFormat and var format })
            {
                throw new HistoryIncompleteException(
                    $"It has format {format}; this program reads format {HeaderLine.CurrentFormat}.");
            }

            footer = line as FooterLine;
            if (footer is null)
                hash.AppendData(bytes);
            else if (footer.Hash != Convert.ToHexStringLower(hash.GetCurrentHash()))
                throw new HistoryIncompleteException("The lines are not those that the footer was written for.");
            yield return line;
        }
    }

    private static HistoryLine Parse(byte[] bytes, long number)
    {
        if (bytes[^1] != '\n')
            throw new HistoryIncompleteException($"Line {number} is cut off.");
        HistoryLine line;
        try
        {
            line = HistoryJson.Read(Encoding.UTF8.GetString(bytes));
        }
        catch (JsonException exception)
        {
            throw new HistoryIncompleteException($"Line {number} is not one of a history: {exception.Message}");
        }

        if (line.N != number)
            throw new HistoryIncompleteException($"Line {number} says that it is line {line.N}: lines are missing.");
        return line;
    }

    /// <summary>With their line ends, which are part of what is hashed.</summary>
    private static IEnumerable<byte[]> RawLines(Stream file)
    {
        using var buffered = new BufferedStream(file, 1 << 16);
        var line = new List<byte>();
        while (buffered.ReadByte() is >= 0 and var value)
        {
            line.Add((byte)value);
            if (value != '\n')
                continue;
            yield return [.. line];
            line.Clear();
        }

        if (line.Count > 0)
            yield return [.. line];
    }
}
