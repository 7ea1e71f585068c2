namespace LeaderElection;

/// <summary>Finds what somebody who wrote a name may have meant. Upper and lower case are the same.</summary>
internal static class SimilarNames
{
    /// <summary>The one that contains the name, or that it contains; else the one that the fewest edits make of
    /// it.</summary>
    public static string Nearest(string name, IReadOnlyList<string> known) => known
        .OrderBy(candidate => Contains(candidate, name) || Contains(name, candidate) ? 0 : 1)
        .ThenBy(candidate => Edits(name, candidate))
        .First();

    /// <summary>How many letters have to be put in, taken out or replaced (Levenshtein's distance, by the algorithm of
    /// Wagner and Fischer).</summary>
    public static int Edits(string from, string to)
    {
        var source = from.ToUpperInvariant();
        var target = to.ToUpperInvariant();
        var row = Enumerable.Range(0, target.Length + 1).ToArray();
        for (var i = 1; i <= source.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= target.Length; j++)
            {
                var replaced = diagonal + (source[i - 1] == target[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j - 1], row[j]) + 1);
            }
        }

        return row[^1];
    }

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
