using System.Globalization;

namespace LeaderElection.Postgres;

/// <summary>
/// Which shape the tables have. It stands at the beginning of the lease table's comment: every role can read it there,
/// and a dump carries it along.
/// </summary>
internal static class SchemaVersion
{
    /// <summary>
    /// What this library makes, and needs at the least. What one version has, the next ones keep: a process of an older
    /// library goes on beside a newer schema.
    /// </summary>
    public const int Current = 2;

    /// <summary>Of a table that bears no mark: the first versions set none.</summary>
    public const int Unmarked = 1;

    public const string Mark = "LeaderElection schema version ";

    /// <param name="comment">Of the lease table; null when it has none.</param>
    public static int Of(string? comment)
    {
        if (comment?.StartsWith(Mark, StringComparison.Ordinal) != true)
            return Unmarked;
        var number = comment.AsSpan(Mark.Length);
        var end = number.IndexOf(':');
        return end > 0 && int.TryParse(number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : Unmarked;
    }

    /// <summary>Whether a table with that comment was made by a library of ours.</summary>
    public static bool IsOurs(string? comment) =>
        comment?.StartsWith("LeaderElection", StringComparison.Ordinal) == true;
}
