namespace LeaderElection.Tests;

public sealed class InMemoryStoreTests() : LeaseStoreSuite(new InMemoryStores());

public sealed class InMemoryTermsTests() : LeaseStoreTermsSuite(new InMemoryStores());

public sealed class InMemoryHintsTests() : LeaseStoreHintsSuite(new InMemoryStores());
