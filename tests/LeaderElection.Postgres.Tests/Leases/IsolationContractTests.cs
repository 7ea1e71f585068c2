using LeaderElection.Contracts;

namespace LeaderElection.Postgres.Tests;

/// <summary>The store where every statement is SERIALIZABLE unless it says otherwise.</summary>
public sealed class SerializableStoreContractTests(TestServer server) : LeaseStoreContract
{
    private readonly RealStores _stores = new(server, Isolation.By(server, "serializable"));

    protected override TimeSpan Lease => RealStores.Lease;

    protected override TimeSpan Tolerance => RealStores.Tolerance;

    protected override TimeSpan Grain => RealStores.Grain;

    public override async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<ILeaseStore> CreateStoreAsync() => _stores.CreateAsync();

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => _stores.CreateOtherAsync();

    protected override Task PassAsync(TimeSpan time) => _stores.PassAsync(time);
}

public sealed class SerializableStoreTermsContractTests(TestServer server) : LeaseStoreTermsContract
{
    private readonly RealStores _stores = new(server, Isolation.By(server, "serializable"));

    protected override TimeSpan Lease => RealStores.Lease;

    protected override TimeSpan Tolerance => RealStores.Tolerance;

    protected override TimeSpan Grain => RealStores.Grain;

    public override async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<ILeaseStore> CreateStoreAsync() => _stores.CreateAsync();

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => _stores.CreateOtherAsync();

    protected override Task PassAsync(TimeSpan time) => _stores.PassAsync(time);
}

/// <summary>What a role or a database may be set to, as a session gets it.</summary>
internal static class Isolation
{
    public static string By(TestServer server, string level) => server.With(settings =>
        settings.Options = $"-c default_transaction_isolation={level.Replace(" ", "\\ ", StringComparison.Ordinal)}");
}
