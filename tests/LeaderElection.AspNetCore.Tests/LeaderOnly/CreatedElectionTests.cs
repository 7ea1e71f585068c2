using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Endpoints for the leader of an election that comes and goes while the app runs.</summary>
public class CreatedElectionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_elector_that_has_the_name_now_is_asked(bool cancelsOnLoss)
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory()
            .AddLeaderOnlyEndpoints(options => options.CancelRequestsOnLoss = cancelsOnLoss);
        var late = new List<IOwnedLeaderElector>();
        await using var app = await GateApp.StartAsync(builder, app =>
        {
            late.Add(app.Services.GetRequiredService<ILeaderElectorFactory>().Create("tenant-7"));
            app.MapGet("/work", [LeaderOnly("tenant-7")] () => "served");
        });
        using var client = app.GetTestClient();

        await late[0].WaitForLeadershipAsync();
        (await StatusAsync(client)).ShouldBe(200);
        await late[0].DisposeAsync();
        (await StatusAsync(client)).ShouldBe(503, "it is gone: this instance does not lead it");
        await using var again = app.Services.GetRequiredService<ILeaderElectorFactory>().Create("tenant-7");
        await again.WaitForLeadershipAsync();
        (await StatusAsync(client)).ShouldBe(200);
    }

    private static async Task<int> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/work", UriKind.Relative));
        return (int)response.StatusCode;
    }
}
