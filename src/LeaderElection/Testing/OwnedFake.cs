namespace LeaderElection;

/// <summary>A fake elector in the hands of an owner. The fake itself is not disposable: tests keep it in
/// fields.</summary>
internal sealed class OwnedFake(FakeLeaderElector fake) : IOwnedLeaderElector
{
    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
    {
        add => fake.LeadershipChanged += value;
        remove => fake.LeadershipChanged -= value;
    }

    public string ElectionName => fake.ElectionName;

    public string InstanceId => fake.InstanceId;

    public bool IsLeader => fake.IsLeader;

    public Leadership? Current => fake.Current;

    public LeaderInfo? Leader => fake.Leader;

    public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        fake.WaitForLeadershipAsync(cancellationToken);

    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
        fake.WatchAsync(cancellationToken);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => fake.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        fake.LoseLeadership(LeadershipChangeReason.Stopped);
        return ValueTask.CompletedTask;
    }
}
