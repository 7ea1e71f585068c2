using LeaderElection.Contracts;

namespace LeaderElection.Postgres.Tests;

/// <summary>A real elector behind PgBouncer in transaction mode, which has one connection to the server.</summary>
public sealed class PoolerElectorContractTests(TestServer server, SmallPooler pooler)
    : LeaderElectorContract, IClassFixture<SmallPooler>, IAsyncLifetime
{
    private readonly RealElector _real = new(server, pooler.ConnectionString);

    protected override ILeaderElector Elector => _real.Elector;

    protected override string ElectionName => "orders";

    protected override string InstanceId => "a";

    public async ValueTask InitializeAsync() => await _real.PrepareAsync();

    public ValueTask DisposeAsync() => _real.DisposeAsync();

    protected override Task<Leadership> BecomeLeaderAsync() => _real.BecomeLeaderAsync();

    protected override Task LoseLeadershipAsync() => _real.LoseLeadershipAsync();

    protected override Task PassAsync() => RealElector.PassAsync();

    protected override Task WithinAsync(Task task) => RealElector.WithinAsync(task);
}

public sealed class PoolerWorkContractTests(TestServer server, SmallPooler pooler)
    : LeaderWorkContract, IClassFixture<SmallPooler>, IAsyncLifetime
{
    private readonly RealElector _real = new(server, pooler.ConnectionString);

    protected override ILeaderElector Elector => _real.Elector;

    protected override string ElectionName => "orders";

    protected override string InstanceId => "a";

    public async ValueTask InitializeAsync() => await _real.PrepareAsync();

    public ValueTask DisposeAsync() => _real.DisposeAsync();

    protected override Task<Leadership> BecomeLeaderAsync() => _real.BecomeLeaderAsync();

    protected override Task LoseLeadershipAsync() => _real.LoseLeadershipAsync();

    protected override Task PassAsync() => RealElector.PassAsync();

    protected override Task WithinAsync(Task task) => RealElector.WithinAsync(task);
}

public sealed class PoolerStoreContractTests(TestServer server, SmallPooler pooler)
    : LeaseStoreContract, IClassFixture<SmallPooler>
{
    private readonly RealStores _stores = new(server, pooler.ConnectionString);

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

public sealed class PoolerStoreTermsContractTests(TestServer server, SmallPooler pooler)
    : LeaseStoreTermsContract, IClassFixture<SmallPooler>
{
    private readonly RealStores _stores = new(server, pooler.ConnectionString);

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
