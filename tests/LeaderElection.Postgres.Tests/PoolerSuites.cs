namespace LeaderElection.Postgres.Tests;

/// <summary>A real elector behind PgBouncer in transaction mode, which has one connection to the server.</summary>
public sealed class PoolerElectorTests(TestServer server, SmallPooler pooler)
    : LeaderElectorSuite(new RealElector(server, pooler.ConnectionString)), IClassFixture<SmallPooler>;

/// <inheritdoc cref="PoolerElectorTests"/>
public sealed class PoolerWorkTests(TestServer server, SmallPooler pooler)
    : LeaderWorkSuite(new RealElector(server, pooler.ConnectionString)), IClassFixture<SmallPooler>;

/// <summary>The store behind that pooler.</summary>
public sealed class PoolerStoreTests(TestServer server, SmallPooler pooler)
    : LeaseStoreSuite(new RealStores(server, pooler.ConnectionString)), IClassFixture<SmallPooler>;

/// <inheritdoc cref="PoolerStoreTests"/>
public sealed class PoolerTermsTests(TestServer server, SmallPooler pooler)
    : LeaseStoreTermsSuite(new RealStores(server, pooler.ConnectionString)), IClassFixture<SmallPooler>;

/// <inheritdoc cref="PoolerStoreTests"/>
public sealed class PoolerBatchTests(TestServer server, SmallPooler pooler)
    : LeaseBatchSuite(new RealStores(server, pooler.ConnectionString)), IClassFixture<SmallPooler>;
