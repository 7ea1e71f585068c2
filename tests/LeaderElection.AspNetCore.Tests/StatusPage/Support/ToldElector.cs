using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An elector that shows exactly what a test tells it to; its terms are those of a fake one.</summary>
internal sealed class ToldElector(string name = "default", string instanceId = "told", string? electionName = null) : ILeaderElector
{
    private readonly Channel<LeadershipChange> _changes = Channel.CreateUnbounded<LeadershipChange>();
    private readonly FakeLeaderElector _own = new(electionName ?? name, instanceId);

    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
    {
        add => throw new NotSupportedException();
        remove => throw new NotSupportedException();
    }

    /// <summary>Under which the app knows it.</summary>
    public string Name => name;

    public string ElectionName => electionName ?? name;

    public string InstanceId => instanceId;

    public bool IsLeader => _own.IsLeader;

    public Leadership? Current => _own.Current;

    public LeaderInfo? Leader { get; private set; }

    public ElectorStatus Status { get; set; } = new();

    /// <summary>What ReleaseAsync does.</summary>
    public Func<Task> OnRelease { get; set; } = () => Task.CompletedTask;

    /// <summary>Adds elections with these electors; the real ones are never started.</summary>
    public static void AddTo(IServiceCollection services, IReadOnlyList<ToldElector> electors)
    {
        foreach (var elector in electors)
        {
            var election = elector == electors[0]
                ? services.AddLeaderElection()
                : services.AddLeaderElection(elector.Name);
            election.UseInMemory();
            services.Remove(services.Last(service => service.ServiceType == typeof(IHostedService)));
            services.AddKeyedSingleton<ILeaderElector>(election.Name, elector);
            election.AddLeaderOnlyEndpoints();
        }
    }

    public void Tell(LeadershipChange change)
    {
        Leader = change.Leader;
        if (change.IsLeader)
            _own.BecomeLeader();
        else
            _own.LoseLeadership();
        _changes.Writer.TryWrite(change);
    }

    public void TellLeader(string leader, long token) => Tell(new LeadershipChange(
        false, new LeaderInfo(leader, token, null, DateTimeOffset.UnixEpoch), token,
        LeadershipChangeReason.LeaderChanged));

    public void TellNobodyLeads() =>
        Tell(new LeadershipChange(false, null, null, LeadershipChangeReason.LeaderChanged));

    /// <summary>A term of this instance; the tokens are 1, 2, …</summary>
    public void TellAcquired()
    {
        var term = _own.BecomeLeader();
        Tell(new LeadershipChange(
            true, new LeaderInfo(instanceId, term.FencingToken, null, term.AcquiredAt), term.FencingToken,
            LeadershipChangeReason.Acquired));
    }

    public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        _own.WaitForLeadershipAsync(cancellationToken);

    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
        _changes.Reader.ReadAllAsync(cancellationToken);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => OnRelease();
}
