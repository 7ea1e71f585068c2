using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

public class ConfiguredOptionsTests
{
    private readonly Dictionary<string, string?> _settings = [];
    private readonly Dictionary<string, string?> _environment = [];

    [Fact]
    public void The_section_sets_options_in_milliseconds_or_as_time()
    {
        _settings["LeaderElection:ElectionName"] = "orders";
        _settings["LeaderElection:LeaseDuration"] = "15000";
        _settings["LeaderElection:RenewalInterval"] = "00:00:04";
        _settings["LeaderElection:Endpoint"] = "https://node-1/";

        var options = Apply();

        options.ElectionName.ShouldBe("orders");
        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(15));
        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(4));
        options.JitterRange.ShouldBe(TimeSpan.FromSeconds(3), "it follows the lease");
        options.Endpoint.ShouldBe(new Uri("https://node-1/"));
    }

    [Fact]
    public void Environment_variables_are_in_milliseconds()
    {
        _environment["LE_ELECTION_NAME"] = "orders";
        _environment["LE_INSTANCE_ID"] = "node-7";
        _environment["LE_LEASE_DURATION"] = "15000";
        _environment["LE_RENEWAL_INTERVAL"] = "4000";
        _environment["LE_JITTER_RANGE"] = "500";
        _environment["LE_LOCK_ID"] = "-12";

        var options = Apply();

        options.ElectionName.ShouldBe("orders");
        options.InstanceId.ShouldBe("node-7");
        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(15));
        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(4));
        options.JitterRange.ShouldBe(TimeSpan.FromMilliseconds(500));
        options.LockId.ShouldBe(-12);
    }

    [Fact]
    public void The_environment_is_stronger_than_the_section()
    {
        _settings["LeaderElection:leaseduration"] = "20000";
        _settings["LeaderElection:JitterRange"] = "100";
        _environment["LE_LEASE_DURATION"] = "30000";

        var options = Apply();

        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(30));
        options.JitterRange.ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_named_election_takes_its_own_section_over_the_shared_sources()
    {
        _settings["LeaderElection:ElectionName"] = "not mine";
        _settings["LeaderElection:LockId"] = "1";
        _settings["LeaderElection:StoreTimeout"] = "700";
        _settings["LeaderElection:Elections:billing:LeaseDuration"] = "40000";
        _environment["LE_LEASE_DURATION"] = "30000";
        _environment["LE_ELECTION_NAME"] = "not mine either";
        _environment["LE_LOCK_ID"] = "2";
        _environment["LE_INSTANCE_ID"] = "node-7";

        var options = Apply("billing");

        options.ElectionName.ShouldBe("billing");
        options.LockId.ShouldBe(StableHash.Of("billing"));
        options.StoreTimeout.ShouldBe(TimeSpan.FromMilliseconds(700));
        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(40));
        options.InstanceId.ShouldBe("node-7");
        Apply("shipping").LeaseDuration.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_named_election_may_be_called_otherwise_in_the_store()
    {
        _settings["LeaderElection:Elections:billing:ElectionName"] = "eu/billing";

        Apply("billing").ElectionName.ShouldBe("eu/billing");
    }

    [Fact]
    public void Without_sources_and_with_empty_ones_the_defaults_stay()
    {
        _environment["LE_LEASE_DURATION"] = "";
        _settings["LeaderElection:JitterRange"] = "";

        Apply().LeaseDuration.ShouldBe(TimeSpan.FromSeconds(10));
        var options = new LeaderElectionOptions();
        ConfiguredOptions.Apply(options, "", null, _ => null);
        options.JitterRange.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("LE_LEASE_DURATION", "soon")]
    [InlineData("LE_LEASE_DURATION", "99999999999999999")]
    [InlineData("LE_LOCK_ID", "3000000000")]
    [InlineData("LE_LOCK_ID", "x")]
    public void A_value_that_cannot_be_read_is_told_with_what_can(string variable, string value)
    {
        _environment[variable] = value;

        var exception = Should.Throw<OptionsValidationException>(() => Apply());

        exception.Message.ShouldContain(value);
        exception.Message.ShouldContain("whole milliseconds ('15000')");
    }

    private LeaderElectionOptions Apply(string optionsName = "")
    {
        var options = new LeaderElectionOptions();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        ConfiguredOptions.Apply(options, optionsName, configuration, _environment.GetValueOrDefault);
        return options;
    }
}
