namespace LeaderElection.Faults;

/// <summary>One way in which things go wrong.</summary>
/// <param name="name">As on the command line.</param>
/// <param name="description">What is done, for people.</param>
/// <param name="boundText">How long nobody may lead, for people; the allowance comes on top.</param>
internal abstract class Fault(string name, string description, string boundText)
{
    public string Name => name;

    public string Description => description;

    public string BoundText => boundText;

    /// <summary>
    /// Whether a leader that is hit should go on in its term. Noise may cost it the term now and then, so this is
    /// judged over all rounds of the kind.
    /// </summary>
    public virtual bool LeaderGoesOn => false;

    public abstract FaultDraw Draw(Dice dice);

    /// <summary>Why it is what it is stands where it is computed.</summary>
    public abstract Bound BoundOf(ElectionTimes times, FaultDraw draw);

    public abstract Task InjectAsync(Scene scene, CancellationToken cancellationToken);

    /// <summary>Takes back what was done; called after <see cref="FaultDraw.Hold"/>. What the scene holds is let go of
    /// after it.</summary>
    public virtual Task HealAsync(Scene scene, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal enum TargetRole
{
    Leader,
    Follower,
    Everything,
}

/// <summary>What was drawn for one round.</summary>
/// <param name="Target">Who is hit.</param>
/// <param name="Index">Which one, where several have the role.</param>
/// <param name="Hold">How long it is left as it is.</param>
/// <param name="Variant">What else the kind leaves to chance; its detail says what it means.</param>
/// <param name="Detail">All of it, for people.</param>
internal sealed record FaultDraw(TargetRole Target, int Index, TimeSpan Hold, bool Variant, string Detail)
{
    public TimeSpan Delay { get; init; }
}
