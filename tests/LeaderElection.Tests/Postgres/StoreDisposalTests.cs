namespace LeaderElection.Tests;

/// <summary>What a store does that needs no server.</summary>
public class StoreDisposalTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";

    /// <summary>A container disposes what it made once for each of the services that it stands for.</summary>
    [Fact]
    public async Task A_store_may_be_disposed_twice()
    {
        var store = new PostgresLeaseStore(Nowhere);

        await store.DisposeAsync();
        await Should.NotThrowAsync(async () => await store.DisposeAsync());
        Should.NotThrow(store.Dispose);
    }

    [Fact]
    public async Task A_store_that_is_disposed_gives_no_hints()
    {
        var store = new PostgresLeaseStore(Nowhere);
        await store.DisposeAsync();

        Should.Throw<ObjectDisposedException>(() => store.Subscribe("billing", static () => { }));
    }
}
