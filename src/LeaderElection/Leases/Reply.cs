namespace LeaderElection;

/// <summary>What came of asking a store.</summary>
/// <param name="Answer">What it said; the type's default when it gave none in time.</param>
/// <param name="Error">Why there is no answer; null when there is one.</param>
/// <param name="Sent">The moment before it was asked: what is granted may be trusted from then on, and not for
/// longer.</param>
internal readonly record struct Reply<T>(T? Answer, Exception? Error, Moment Sent);
