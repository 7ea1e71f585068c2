using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Follows for ever, and believes what it is told of the leader; its name is "me".</summary>
internal sealed class ToldElector(LeaderInfo? leader) : ILeaderElector
{
    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
    {
        add => throw new NotSupportedException();
        remove => throw new NotSupportedException();
    }

    public string ElectionName => "told";

    public string InstanceId => "me";

    public bool IsLeader => false;

    public Leadership? Current => null;

    public LeaderInfo? Leader => leader;

    public static void Add(WebApplicationBuilder builder, string name, ToldElector elector) =>
        builder.Services.AddKeyedSingleton<ILeaderElector>(name, elector);

    public static void Add(WebApplicationBuilder builder, params (string Name, string? Endpoint)[] elections)
    {
        foreach (var (name, endpoint) in elections)
        {
            var address = endpoint is null ? null : new Uri(endpoint);
            Add(builder, name, new ToldElector(new LeaderInfo("other", 1, address, default)));
        }
    }

    public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
