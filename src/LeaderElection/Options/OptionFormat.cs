namespace LeaderElection;

/// <summary>How values of one kind are written in configuration and in the environment, and how they are
/// shown.</summary>
/// <param name="Allowed">What can be read, for people: completes "it must be …".</param>
/// <param name="TryRead">Reads a value from text that is not empty.</param>
/// <param name="Show">For logs and messages. Shows no secrets.</param>
internal sealed record OptionFormat<T>(string Allowed, OptionFormat<T>.Reader TryRead, Func<T, string> Show)
{
    public delegate bool Reader(string text, out T value);
}
