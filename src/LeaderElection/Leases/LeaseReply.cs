namespace LeaderElection;

/// <summary>What came of an attempt to acquire or renew; <see cref="LeaseAnswer.Unknown"/> when there was no
/// answer.</summary>
/// <param name="Answer">What the store said.</param>
/// <param name="Sent">The moment before it was asked.</param>
internal readonly record struct LeaseReply(LeaseAnswer Answer, Moment Sent)
{
    public static LeaseReply Of(Reply<LeaseAnswer> reply) =>
        new(reply.Error is { } error ? new LeaseAnswer.Unknown(error) : reply.Answer!, reply.Sent);
}
