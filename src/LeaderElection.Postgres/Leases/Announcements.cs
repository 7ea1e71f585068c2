using System.Text;

namespace LeaderElection.Postgres;

/// <summary>Which elections are told of together: Postgres takes less than 8,000 bytes at a time.</summary>
internal static class Announcements
{
    // With one more name, of 200 characters, there is room for it, and for a server whose encoding takes a third more
    // than UTF-8.
    private const int MostBytes = 5_000;

    /// <summary>For each the number of the announcement that tells of it, from 0.</summary>
    public static IReadOnlyList<int> Of(IReadOnlyList<LeaseTerm> terms)
    {
        var numbers = new int[terms.Count];
        var bytes = 0;
        for (var index = 0; index < numbers.Length; index++)
        {
            numbers[index] = bytes / MostBytes;
            bytes += BytesFor(terms[index].ElectionName);
        }

        return numbers;
    }

    /// <summary>How many of them, from the first on, fit into one; one at least.</summary>
    public static int CountOfFirst(IReadOnlyList<LeaseClaim> claims)
    {
        var bytes = 0;
        var count = 0;
        while (count < claims.Count && bytes < MostBytes)
            bytes += BytesFor(claims[count++].ElectionName);
        return count;
    }

    private static int BytesFor(string electionName) =>
        Encoding.UTF8.GetByteCount(LeaseListener.PayloadFor(electionName)) + 1;
}
