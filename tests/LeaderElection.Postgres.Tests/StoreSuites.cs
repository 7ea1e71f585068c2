namespace LeaderElection.Postgres.Tests;

public sealed class PostgresStoreTests(TestServer server) : LeaseStoreSuite(new RealStores(server));

public sealed class PostgresTermsTests(TestServer server) : LeaseStoreTermsSuite(new RealStores(server));

public sealed class PostgresHintsTests(TestServer server) : LeaseStoreHintsSuite(new RealStores(server));

public sealed class PostgresBatchTests(TestServer server) : LeaseBatchSuite(new RealStores(server));

public sealed class PostgresBatchHintsTests(TestServer server) : LeaseBatchHintsSuite(new RealStores(server));

/// <summary>Every call as one of a list.</summary>
public sealed class BatchedStoreTests(TestServer server) : LeaseStoreSuite(new BatchedStores(new RealStores(server)));

/// <inheritdoc cref="BatchedStoreTests"/>
public sealed class BatchedTermsTests(TestServer server)
    : LeaseStoreTermsSuite(new BatchedStores(new RealStores(server)));

/// <inheritdoc cref="BatchedStoreTests"/>
public sealed class BatchedHintsTests(TestServer server)
    : LeaseStoreHintsSuite(new BatchedStores(new RealStores(server)));
