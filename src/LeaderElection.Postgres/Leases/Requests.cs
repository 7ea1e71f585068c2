namespace LeaderElection.Postgres;

/// <summary>What a list of requests has to be before the database is asked.</summary>
internal static class Requests
{
    /// <summary>A statement on so many takes some ten milliseconds, and whoever comes next waits for it.</summary>
    public const int Limit = 1_000;

    /// <exception cref="ArgumentNullException">There is no list.</exception>
    /// <exception cref="ArgumentException">It is too long, or names an election twice or not at all.</exception>
    public static void Check<T>(IReadOnlyList<T> requests, Func<T, string?> electionNameOf, string parameter)
    {
        ArgumentNullException.ThrowIfNull(requests, parameter);
        if (requests.Count > Limit)
            throw new ArgumentException($"The list has {requests.Count} requests; it may have {Limit}.", parameter);

        var names = new HashSet<string>(requests.Count, StringComparer.Ordinal);
        for (var index = 0; index < requests.Count; index++)
        {
            var name = requests[index] is { } request ? electionNameOf(request) : null;
            if (name is null)
                throw new ArgumentException($"Request {index} of the list names no election.", parameter);
            if (!names.Add(name))
            {
                throw new ArgumentException(
                    $"Request {index} of the list is the second for election '{name}'; a list may have one for each.",
                    parameter);
            }
        }
    }
}
