namespace LeaderElection;

/// <summary>What came of an attempt to acquire or renew; <see cref="LeaseAnswer.Unknown"/> when there was no
/// answer.</summary>
/// <param name="Answer">What the store said.</param>
/// <param name="Sent">The moment before it was asked.</param>
internal readonly record struct LeaseReply(LeaseAnswer Answer, Moment Sent)
{
    public static LeaseReply Of(Reply<LeaseAnswer> reply) =>
        new(reply.Answer ?? new LeaseAnswer.Unknown(reply.Error ?? Nothing), reply.Sent);

    // A store is not ours, and null is easily returned.
    private static InvalidOperationException Nothing => new("The store answered null, which is no answer.");
}
