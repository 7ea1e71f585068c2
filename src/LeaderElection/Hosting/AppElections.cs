using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection;

/// <summary>
/// The elections of an app, by the names under which they were added: inject it to list them. Safe to use from any
/// thread.
/// </summary>
public sealed class AppElections
{
    private readonly IServiceProvider _services;

    internal AppElections(IServiceProvider services, IReadOnlyList<string> names)
    {
        _services = services;
        Names = names;
    }

    /// <summary>The names, in the order in which the elections were added; the one added without a name is
    /// <c>"default"</c>. The first is also the one without a key.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The elector of one election: what <c>[FromKeyedServices(name)]</c> injects, and for null what is injected
    /// without a key.
    /// </summary>
    /// <param name="name">The name under which the election was added; null for the first one.</param>
    /// <exception cref="InvalidOperationException">The app has no such election, or it is no exclusive one; the message
    /// lists those that it has.</exception>
    public ILeaderElector GetElector(string? name = null)
    {
        var elector = name is null
            ? _services.GetService<ILeaderElector>()
            : _services.GetKeyedService<ILeaderElector>(name);
        if (elector is not null)
            return elector;

        throw name is not null && _services.GetKeyedService<IElector>(name) is not null
            ? new InvalidOperationException(
                $"Election '{name}' is best effort: usually one leads, sometimes two or none. Where one must lead at "
                + "the most, add an exclusive election: services.AddLeaderElection(…).")
            : NotFound(name);
    }

    /// <summary>The elector of one election of whatever kind: to show how it is doing.</summary>
    /// <param name="name">The name under which the election was added; null for the first one.</param>
    /// <exception cref="InvalidOperationException">The app has no such election; the message lists those that it
    /// has.</exception>
    public IElector GetElectorOfAnyKind(string? name = null)
    {
        IElector? elector = name is null ? _services.GetService<ILeaderElector>() : null;
        return elector ?? _services.GetKeyedService<IElector>(name ?? (Names.Count > 0 ? Names[0] : null))
            ?? throw NotFound(name);
    }

    private InvalidOperationException NotFound(string? name) => new(
        $"The app has no election '{name ?? ElectionRegistry.Unnamed}'; it has "
        + $"{(Names.Count == 0 ? "none" : string.Join(", ", Names.Select(known => $"'{known}'")))}. "
        + "Add it with services.AddLeaderElection(…), or correct the name.");
}
