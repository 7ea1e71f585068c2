using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>What the status page needs in the container.</summary>
internal static class StatusPageServices
{
    public static void Add(IServiceCollection services)
    {
    }
}
