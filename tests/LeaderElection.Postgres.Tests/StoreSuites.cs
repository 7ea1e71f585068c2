namespace LeaderElection.Postgres.Tests;

public sealed class PostgresStoreTests(TestServer server) : LeaseStoreSuite(new RealStores(server));

public sealed class PostgresTermsTests(TestServer server) : LeaseStoreTermsSuite(new RealStores(server));

public sealed class PostgresHintsTests(TestServer server) : LeaseStoreHintsSuite(new RealStores(server));
