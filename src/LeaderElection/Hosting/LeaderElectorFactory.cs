namespace LeaderElection;

/// <summary>
/// Creates elections from one of the app. The container makes it after the store, and so disposes it before.
/// </summary>
/// <param name="name">The election that they are created from.</param>
/// <param name="options">Those of that election, when they are needed.</param>
/// <param name="store">Null when that election has none.</param>
/// <param name="created">All that were created in the app.</param>
internal sealed class LeaderElectorFactory(
    string name, Func<LeaderElectionOptions> options, ElectionStore? store, CreatedElections created)
    : ILeaderElectorFactory, IAsyncDisposable, IDisposable
{
    public IOwnedLeaderElector Create(string electionName, Action<LeaderElectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(electionName);
        if (store is null)
        {
            throw new InvalidOperationException(
                $"Election '{name}' has no store to create elections in. UsePostgres(…), UseInMemory() and UseStore(…) "
                + "give it one; UseElector(…) does not.");
        }

        var own = options().CopyFor(electionName);
        configure?.Invoke(own);
        if (own.ElectionName != electionName)
        {
            throw new ArgumentException(
                $"It sets ElectionName to '{own.ElectionName}', but election '{electionName}' is to be created. Give "
                + "Create(…) the name.", nameof(configure));
        }

        var elector = store.CreateElector(own);
        created.Begin(elector, name);
        return elector;
    }

    public async ValueTask DisposeAsync() =>
        await created.StopThoseOfAsync(name, CancellationToken.None).ConfigureAwait(false);

    public void Dispose() => created.StopThoseOfAsync(name, CancellationToken.None).GetAwaiter().GetResult();
}
