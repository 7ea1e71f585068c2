namespace LeaderElection.Postgres.Tests;

/// <summary>The store where every statement is SERIALIZABLE unless it says otherwise.</summary>
public sealed class SerializableStoreTests(TestServer server)
    : LeaseStoreSuite(new RealStores(server, Isolation.By(server, "serializable")));

/// <inheritdoc cref="SerializableStoreTests"/>
public sealed class SerializableTermsTests(TestServer server)
    : LeaseStoreTermsSuite(new RealStores(server, Isolation.By(server, "serializable")));

/// <inheritdoc cref="SerializableStoreTests"/>
public sealed class SerializableBatchTests(TestServer server)
    : LeaseBatchSuite(new RealStores(server, Isolation.By(server, "serializable")));

/// <summary>What a role or a database may be set to, as a session gets it.</summary>
internal static class Isolation
{
    public static string By(TestServer server, string level) => server.With(settings =>
        settings.Options = $"-c default_transaction_isolation={level.Replace(" ", "\\ ", StringComparison.Ordinal)}");
}
