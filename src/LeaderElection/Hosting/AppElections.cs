using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection;

/// <summary>
/// The elections of an app, by the names under which they were added, or created by an
/// <see cref="ILeaderElectorFactory"/>: inject it to list them. Safe to use from any thread.
/// </summary>
public sealed class AppElections
{
    private const int MostNamesInMessages = 10;

    private readonly IServiceProvider _services;
    private readonly IReadOnlyList<string> _added;
    private readonly CreatedElections _created;

    internal AppElections(IServiceProvider services, IReadOnlyList<string> added, CreatedElections created) =>
        (_services, _added, _created) = (services, added, created);

    /// <summary>
    /// The names at this moment: in the order in which the elections were added, the one added without a name is
    /// <c>"default"</c>; then those of the created ones that live, in no order. The first is also the one without a
    /// key.
    /// </summary>
    public IReadOnlyList<string> Names => [.. _added, .. _created.Names];

    /// <summary>Whether an election was created by an <see cref="ILeaderElectorFactory"/> and lives: it may be gone the
    /// next moment.</summary>
    /// <param name="name">Its name.</param>
    public bool IsCreated(string name) => _created.Find(name) is not null;

    /// <summary>The electors that the factory of an election has created and that live, at this moment, in no
    /// order.</summary>
    /// <param name="name">The name under which that election was added; null for the first one.</param>
    public IReadOnlyList<ILeaderElector> CreatedFrom(string? name = null) => _created.ThoseOf(name ?? First ?? "");

    /// <summary>
    /// The elector of one election: what <c>[FromKeyedServices(name)]</c> injects, and for null what is injected
    /// without a key; or one that a factory created.
    /// </summary>
    /// <param name="name">The name under which the election was added or created; null for the first one.</param>
    /// <exception cref="InvalidOperationException">The app has no such election, or it is no exclusive one; the message
    /// lists those that it has.</exception>
    public ILeaderElector GetElector(string? name = null)
    {
        var elector = name is null
            ? _services.GetService<ILeaderElector>()
            : _services.GetKeyedService<ILeaderElector>(name) ?? _created.Find(name);
        if (elector is not null)
            return elector;

        throw name is not null && _services.GetKeyedService<IElector>(name) is not null
            ? new InvalidOperationException(
                $"Election '{name}' is best effort: usually one leads, sometimes two or none. Where one must lead at "
                + "the most, add an exclusive election: services.AddLeaderElection(…).")
            : NotFound(name);
    }

    /// <summary>The elector of one election of whatever kind: to show how it is doing.</summary>
    /// <param name="name">The name under which the election was added or created; null for the first one.</param>
    /// <exception cref="InvalidOperationException">The app has no such election; the message lists those that it
    /// has.</exception>
    public IElector GetElectorOfAnyKind(string? name = null) => FindElectorOfAnyKind(name) ?? throw NotFound(name);

    /// <summary>As <see cref="GetElectorOfAnyKind"/>, for elections that may be gone.</summary>
    /// <param name="name">The name under which the election was added or created; null for the first one.</param>
    /// <returns>Null when the app has no such election.</returns>
    public IElector? FindElectorOfAnyKind(string? name = null)
    {
        IElector? elector = name is null ? _services.GetService<ILeaderElector>() : null;
        return elector
            ?? _services.GetKeyedService<IElector>(name ?? First)
            ?? (name is null ? null : _created.Find(name));
    }

    private string? First => _added.Count > 0 ? _added[0] : null;

    private InvalidOperationException NotFound(string? name)
    {
        var names = Names;
        var known = string.Join(", ", names.Take(MostNamesInMessages).Select(known => $"'{known}'"));
        var more = names.Count > MostNamesInMessages ? $" and {names.Count - MostNamesInMessages} more" : "";
        return new InvalidOperationException(
            $"The app has no election '{name ?? ElectionRegistry.Unnamed}'; it has "
            + $"{(names.Count == 0 ? "none" : known + more)}. Add it with services.AddLeaderElection(…), or correct "
            + "the name.");
    }
}
