using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An elector that shows exactly what a test tells it to; its terms are those of a fake one.</summary>
internal sealed class ToldElector(
    string name = "default", string instanceId = "told", string? electionName = null) : ILeaderElector
{
    // Watchers have seen a change when Tell returns.
    private readonly Channel<LeadershipChange> _changes = Channel.CreateUnbounded<LeadershipChange>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

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

    /// <summary>What it tells is completed by who leads.</summary>
    public ElectorStatus Status
    {
        get => field with { IsLeader = IsLeader, FencingToken = Current?.FencingToken };
        set;
    } = new() { Guarantee = ElectionGuarantee.Exclusive };

    /// <summary>How often somebody began to watch.</summary>
    public int Watches { get; private set; }

    /// <summary>May throw.</summary>
    public Action OnWatch { get; set; } = () => { };

    /// <summary>What ReleaseAsync does.</summary>
    public Func<Task> OnRelease { get; set; } = () => Task.CompletedTask;

    /// <summary>Adds elections with these electors.</summary>
    public static void AddTo(IServiceCollection services, IReadOnlyList<ToldElector> electors)
    {
        foreach (var elector in electors)
        {
            var election = elector == electors[0]
                ? services.AddLeaderElection()
                : services.AddLeaderElection(elector.Name);
            election.UseElector(_ => elector).AddLeaderOnlyEndpoints();
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

    public void TellLeader(string leader, long token, Uri? endpoint = null, DateTimeOffset since = default) =>
        Tell(new LeadershipChange
        {
            Leader = new LeaderInfo(leader, token, endpoint, since),
            FencingToken = token,
            Reason = LeadershipChangeReason.LeaderChanged,
        });

    public void TellNobodyLeads() =>
        Tell(new LeadershipChange { Reason = LeadershipChangeReason.LeaderChanged });

    /// <summary>Begins a term of this instance; the tokens must rise.</summary>
    public void TellAcquired(long token, DateTimeOffset since = default)
    {
        var term = _own.BecomeLeader();
        while (term.FencingToken < token)
        {
            _own.LoseLeadership();
            term = _own.BecomeLeader();
        }

        Tell(new LeadershipChange
        {
            IsLeader = true,
            Leader = new LeaderInfo(instanceId, token, null, since),
            FencingToken = token,
            Reason = LeadershipChangeReason.Acquired,
        });
    }

    public void TellEnd(LeadershipChangeReason reason) =>
        Tell(new LeadershipChange { FencingToken = Current?.FencingToken, Reason = reason });

    public void StopTelling() => _changes.Writer.Complete();

    public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        _own.WaitForLeadershipAsync(cancellationToken);

    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default)
    {
        Watches++;
        OnWatch();
        return _changes.Reader.ReadAllAsync(cancellationToken);
    }

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => OnRelease();
}
