using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Stops an app from starting whose endpoints ask for elections that it does not have, or that has code that looks
/// reserved for the leader and is open to all: that is worse than an app that does not start.
/// </summary>
internal sealed class EndpointsCheck(LeaderGate gate, ILogger<LeaderGate> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var services = app.ApplicationServices;
        var endpoints = services.GetService<EndpointDataSource>()?.Endpoints ?? [];
        var behind = endpoints.SelectMany(EndpointCode.Of).Distinct().ToArray();
        var misplaced = new MisplacedAttributes(AppCode.TypesOf(services, behind), behind);
        var idle = misplaced.Idle().ToArray();

        string[] problems =
        [
            .. endpoints.Select(gate.ProblemOf).OfType<string>(),
            .. misplaced.Mistakes(),
            .. Circuits.ProblemsOf(endpoints, behind),
            .. HiddenCode.ProblemsOf(endpoints, idle),
        ];
        if (problems.Length > 0)
        {
            throw new InvalidOperationException(
                string.Join(Environment.NewLine, problems.Distinct(StringComparer.Ordinal)));
        }

        foreach (var method in idle)
            Log.ReservesNothing(logger, FalseReservation.Describe(method));
    };
}
