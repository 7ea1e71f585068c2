using System.Globalization;

namespace LeaderElection.Tests.Simulation;

/// <summary>All that happened in a world: as one number that two runs of a seed share, and as counts.</summary>
/// <param name="agenda">Whose time is noted.</param>
/// <param name="text">Where every line is written, too; null for the number alone.</param>
internal sealed class Trace(Agenda agenda, TextWriter? text)
{
    private readonly int[] _counts = new int[Enum.GetValues<Happening>().Length];
    private ulong _hash = 14695981039346656037;

    public ulong Hash => _hash;

    public IReadOnlyList<int> Counts => _counts;

    /// <param name="what">What happened.</param>
    /// <param name="who">The number of the machine; -1 for the store.</param>
    /// <param name="detail">A token, an operation, a duration in ticks.</param>
    public void Note(Happening what, int who, long detail = 0)
    {
        _counts[(int)what]++;
        Mix((ulong)agenda.Now);
        Mix(((ulong)what << 32) ^ (uint)who);
        Mix((ulong)detail);
        text?.WriteLine(Line(what, who, detail));
    }

    private string Line(Happening what, int who, long detail)
    {
        var seconds = TimeSpan.FromTicks(agenda.Now).TotalSeconds;
        var name = who < 0 ? "store" : $"{(char)('a' + who)}";
        return string.Create(CultureInfo.InvariantCulture, $"{seconds,12:0.000000} {name,5} {what} {detail}");
    }

    // FNV-1a over whole words, with the high bits folded back: quick, and alike on every machine.
    private void Mix(ulong word)
    {
        _hash = (_hash ^ word) * 1099511628211;
        _hash ^= _hash >> 29;
    }
}
