namespace LeaderElection;

/// <summary>An elector for whose election its store is cleaned, and whose name the cleaning may be done in.</summary>
internal sealed class CleanupMember(ILeaseStore store, StoreAttempts attempts, Surroundings surroundings)
{
    public StoreAttempts Attempts => attempts;

    public Surroundings Surroundings => surroundings;

    /// <summary>Where it stands among the members; −1 while it is none. Kept by them.</summary>
    public int Place { get; set; } = -1;

    /// <summary>For good. Kept by the loop.</summary>
    public bool HasLeft { get; set; }

    /// <inheritdoc cref="CleanupLoop.Join"/>
    public void Join() => CleanupLoop.Of(store).Join(this);

    /// <inheritdoc cref="CleanupLoop.LeaveAsync"/>
    public Task LeaveAsync() => CleanupLoop.Of(store).LeaveAsync(this);
}
