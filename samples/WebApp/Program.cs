using LeaderElection.AspNetCore;
using WebApp;

// The settings lie beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var connectionString = builder.Configuration["LEADER_ELECTION_POSTGRES"]
    ?? builder.Configuration.GetConnectionString("Postgres");
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        "Which Postgres? Set LEADER_ELECTION_POSTGRES to its connection string, or ConnectionStrings:Postgres in "
        + "appsettings.json.");
    return 2;
}

// First, so that nothing that the elections tell is missed.
builder.Services.AddConsoleTelemetry();
builder.Services.AddLeaderElection("billing").UsePostgres(connectionString)
    .AddLeaderOnlyEndpoints(options => options.CancelRequestsOnLoss = true);
builder.Services.AddLeaderElection("reports").UsePostgres(connectionString);
builder.Services.AddControllers();
builder.Services.AddSignalR();
builder.Services.AddHealthChecks()
    .AddLeaderElection("billing")
    .AddLeaderElection("reports")
    .AddLeadership("billing", tags: ["leader"]);

var app = builder.Build();

// For everybody: a follower answers, too.
app.MapGet("/", () => Results.Redirect("/leader-election"));

// For the leader: an action, a lambda, a hub. A follower answers 503 with Retry-After.
app.MapControllers();
app.MapPost("/reports", (HttpContext context) => $"Reported in term {context.GetLeadership("reports").FencingToken}.\n")
    .RequireLeadership("reports");
app.MapHub<PricesHub>("/prices");

// For orchestrators, and for load balancers that send requests to the leader only.
app.MapHealthChecks("/health", new() { Predicate = check => !check.Tags.Contains("leader") });
app.MapHealthChecks("/health/leader", new() { Predicate = check => check.Tags.Contains("leader") });

// It shows names, addresses and errors, and has a button that ends a leadership. Open to all, because this is a sample:
// in production say .RequireAuthorization() instead.
app.MapLeaderElection("/leader-election", options => options.AllowStepDown = true).AllowAnonymous();

await app.RunAsync();
return 0;
