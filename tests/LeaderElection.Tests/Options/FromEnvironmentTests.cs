namespace LeaderElection.Tests;

public class FromEnvironmentTests
{
    private readonly Dictionary<string, string?> _environment = [];

    [Fact]
    public void An_elector_without_a_host_can_be_made_of_the_environment()
    {
        _environment["LE_ELECTION_NAME"] = "orders";
        _environment["LE_LEASE_DURATION"] = "20000";
        _environment["LE_INSTANCE_ID"] = "";

        var options = Read();
        options.LeaseDuration = TimeSpan.FromSeconds(30);

        options.ElectionName.ShouldBe("orders");
        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(9), "code is stronger, and the rest follows");
        options.InstanceId.ShouldBe(new LeaderElectionOptions().InstanceId);
        new LeaseElector(new InMemoryLeaseStore(), options).ElectionName.ShouldBe("orders");
    }

    [Fact]
    public void Everything_that_cannot_be_read_is_told_at_once()
    {
        _environment["LE_ELECTION_NAME"] = "orders";
        _environment["LE_LEASE_DURATION"] = "00:15";
        _environment["LE_LOCK_ID"] = "x";

        var message = Should.Throw<FormatException>(Read).Message;

        message.ShouldContain("LE_LEASE_DURATION is '00:15'; LeaseDuration of election 'orders' must be");
        message.ShouldContain("LE_LOCK_ID is 'x'; LockId of election 'orders' must be");
    }

    [Fact]
    public void The_variables_are_those_of_the_process()
    {
        var variable = $"LE_ELECTION_TEST_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, "set");

        EnvironmentVariables.OfProcess().Names.ShouldContain(variable);
        Environment.SetEnvironmentVariable(variable, null);
        EnvironmentVariables.OfProcess().Names.ShouldNotContain(variable);
        LeaderElectionOptions.FromEnvironment().Origins.ShouldBe(
            LeaderElectionOptions.FromEnvironment(EnvironmentVariables.OfProcess()).Origins);
    }

    private LeaderElectionOptions Read() =>
        LeaderElectionOptions.FromEnvironment(new EnvironmentVariables(_environment));
}
