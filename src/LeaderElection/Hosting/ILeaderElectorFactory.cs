namespace LeaderElection;

/// <summary>
/// Creates elections that come and go while the app runs, one for each tenant say, in the store of an election of the
/// app. <c>[FromKeyedServices("billing")]</c> injects that of election "billing"; without a key it is that of the first
/// election added. Safe to use from any thread.
/// </summary>
/// <remarks>
/// Needs an election with a store (<c>UsePostgres(…)</c>, <c>UseInMemory()</c>, <c>UseStore(…)</c>). What is created
/// shares its connections, and is found by its name, for as long as it lives, wherever elections of the app are:
/// <see cref="AppElections"/>, leader-only endpoints, the status page, and the health check of the election it was
/// created from. Nothing of it is left once it is disposed. In a unit test, implement it with
/// <see cref="FakeLeaderElector.AsOwned"/>.
/// </remarks>
public interface ILeaderElectorFactory
{
    /// <summary>
    /// Creates an elector that contends at once, whether or not the host has started. Its owner disposes it; what is
    /// left is stopped, all at the same time, with the election whose factory this is.
    /// </summary>
    /// <param name="electionName">What is contended for: 1 to 200 characters, no control characters. No other election
    /// of the app has this name, created ones that are not disposed yet included.</param>
    /// <param name="configure">
    /// Sets options in code, over those of the election whose factory this is; not
    /// <see cref="LeaderElectionOptions.ElectionName"/>. <see cref="LeaderElectionOptions.LockId"/> follows the name
    /// unless set here. The timeouts of UsePostgres's driver follow the app's elections: where this lengthens
    /// <see cref="LeaderElectionOptions.StoreTimeout"/>, set <c>DriverTimeout</c> there.
    /// </param>
    /// <exception cref="ArgumentException">The options cannot be used; the message names the numbers.</exception>
    /// <exception cref="InvalidOperationException">The app has an election of this name, or the election whose factory
    /// this is has no store.</exception>
    /// <exception cref="ObjectDisposedException">The host has stopped, or was disposed.</exception>
    IOwnedLeaderElector Create(string electionName, Action<LeaderElectionOptions>? configure = null);
}
