using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Worker;

// The settings lie beside the program, wherever it is started from.
var builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
var connectionString = builder.Configuration["LEADER_ELECTION_POSTGRES"]
    ?? builder.Configuration.GetConnectionString("Postgres");
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        "Which Postgres? Set LEADER_ELECTION_POSTGRES to its connection string, or ConnectionStrings:Postgres in "
        + "appsettings.json.");
    return 2;
}

// The election first: hosts stop their services in reverse order, so the work has ended before the lease is given away.
builder.Services.AddLeaderElection().UsePostgres(connectionString);
builder.Services.AddSingleton(NpgsqlDataSource.Create(connectionString));
builder.Services.AddHostedService<TickService>();
await builder.Build().RunAsync();
return 0;
