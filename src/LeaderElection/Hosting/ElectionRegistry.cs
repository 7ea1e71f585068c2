using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LeaderElection;

/// <summary>The elections of one app, so that no two are the same.</summary>
internal sealed class ElectionRegistry
{
    /// <summary>The key of the election that was added without a name.</summary>
    public const string Unnamed = "default";

    private readonly List<(string Name, string OptionsName)> _elections = [];

    public IReadOnlyList<(string Name, string OptionsName)> Elections => _elections;

    public IReadOnlyList<string> Names => [.. _elections.Select(election => election.Name)];

    public static string NameOf(string optionsName) => optionsName.Length == 0 ? Unnamed : optionsName;

    public static ElectionRegistry Of(IServiceCollection services)
    {
        foreach (var service in services)
        {
            if (!service.IsKeyedService && service.ImplementationInstance is ElectionRegistry existing)
                return existing;
        }

        var registry = new ElectionRegistry();
        services.AddSingleton(registry);
        services.AddSingleton<CreatedElections>();
        services.AddSingleton(provider => new AppElections(
            provider, registry.Names, provider.GetRequiredService<CreatedElections>()));
        return registry;
    }

    public void Add(string name, string optionsName)
    {
        if (_elections.Exists(election => election.Name == name))
        {
            throw new InvalidOperationException(
                $"Election '{name}' is added twice. Add each election once; give further ones a name of their own: "
                + "services.AddLeaderElection(\"billing\").");
        }

        _elections.Add((name, optionsName));
    }

    /// <summary>Under which the app, or the store, knows its elections.</summary>
    public HashSet<string> NamesInUse(IOptionsMonitor<LeaderElectionOptions> options) => _elections
        .SelectMany(election => (string[])[election.Name, options.Get(election.OptionsName).ElectionName])
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Two electors of one election in a process would take turns in leading: never what was meant.</summary>
    public void CheckNames(IOptionsMonitor<LeaderElectionOptions> options)
    {
        var twins = _elections
            .GroupBy(election => options.Get(election.OptionsName).ElectionName, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (twins is not null)
        {
            throw new InvalidOperationException(
                $"{string.Join(" and ", twins.Select(election => $"'{election.Name}'"))} both have the ElectionName "
                + $"'{twins.Key}'. Give each election of the app a name of its own.");
        }
    }
}
