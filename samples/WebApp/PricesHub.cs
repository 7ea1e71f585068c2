using LeaderElection.AspNetCore;
using Microsoft.AspNetCore.SignalR;

namespace WebApp;

/// <summary>Clients connect to the leader only.</summary>
[LeaderOnly("billing")]
public sealed class PricesHub : Hub
{
    public Task PublishAsync(string price) => Clients.All.SendAsync("price", price);
}
