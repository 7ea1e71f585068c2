using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>What a real elector of an app is in its election.</summary>
public enum Role
{
    Leader,
    Follower,
    WithoutStore,
}

/// <summary>
/// One election of an app in a store in memory, on a clock that stands still: a rival leads already where the app's
/// instance is to follow.
/// </summary>
internal sealed class Party(string name, Role role, ManualClock clock, Uri? endpointOfRival = null) : IAsyncDisposable
{
    private LeaseElector? _rival;

    public ScriptedStore Store { get; } = new(clock);

    /// <summary>Names the store, after the rival has taken the lease.</summary>
    public async Task AddToAsync(IServiceCollection services)
    {
        if (role == Role.Follower)
        {
            _rival = new LeaseElector(
                Store,
                new LeaderElectionOptions { ElectionName = name, InstanceId = "rival", Endpoint = endpointOfRival },
                timeProvider: clock);
            await _rival.StartAsync();
            clock.Settle();
            _rival.IsLeader.ShouldBeTrue();
        }
        else if (role == Role.WithoutStore)
        {
            Store.Break(Fault.Throw());
        }

        services.AddLeaderElection(name).UseStore(_ => Store);
    }

    /// <summary>The app's instance has made its first attempt.</summary>
    public void Settle(WebApplication app)
    {
        clock.Settle();
        var elector = app.Services.GetRequiredKeyedService<ILeaderElector>(name);
        elector.IsLeader.ShouldBe(role == Role.Leader);
        (elector.Leader is null).ShouldBe(role == Role.WithoutStore);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rival is not null)
            await _rival.DisposeAsync();
    }
}
