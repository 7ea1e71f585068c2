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
    public void Every_option_has_its_variable()
    {
        _environment["LE_SAFETY_MARGIN"] = "900";
        _environment["LE_STORE_TIMEOUT"] = "00:00:01.25";
        _environment["LE_CLEANUP_INTERVAL"] = "70000";
        _environment["LE_DRAIN_TIMEOUT"] = "8000";
        _environment["LE_RELEASE_COOLDOWN"] = "7000";
        _environment["LE_CLOCK_JUMP_TOLERANCE"] = "1.00:00:00";
        _environment["LE_ENDPOINT"] = "http://node-7:8080/";
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
        options.SafetyMargin.ShouldBe(TimeSpan.FromMilliseconds(900));
        options.StoreTimeout.ShouldBe(TimeSpan.FromMilliseconds(1250));
        options.CleanupInterval.ShouldBe(TimeSpan.FromSeconds(70));
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(8));
        options.ReleaseCooldown.ShouldBe(TimeSpan.FromSeconds(7));
        options.ClockJumpTolerance.ShouldBe(TimeSpan.FromDays(1));
        options.LockId.ShouldBe(-12);
        options.Endpoint.ShouldBe(new Uri("http://node-7:8080/"));
    }

    [Fact]
    public void What_no_source_sets_follows_the_lease_that_code_sets()
    {
        _settings["LeaderElection:LeaseDuration"] = "15000";

        var options = Apply();
        options.LeaseDuration = TimeSpan.FromSeconds(30);

        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(9));
        options.StoreTimeout.ShouldBe(TimeSpan.FromSeconds(4.5));
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
        ConfiguredOptions.Apply(options, "", null, new EnvironmentVariables(_environment));
        options.JitterRange.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("LE_LEASE_DURATION", "soon", "LeaseDuration", "whole milliseconds ('15000') or hh:mm:ss")]
    [InlineData("LE_LEASE_DURATION", "00:15", "LeaseDuration", "whole milliseconds ('15000') or hh:mm:ss")]
    [InlineData("LE_DRAIN_TIMEOUT", "99999999999999999", "DrainTimeout", "whole milliseconds ('15000') or hh:mm:ss")]
    [InlineData("LE_LOCK_ID", "3000000000", "LockId", "a whole number of 32 bits")]
    [InlineData("LE_LOCK_ID", "x", "LockId", "a whole number of 32 bits")]
    [InlineData("LE_ENDPOINT", "tcp://node-7:8080", "Endpoint", "an absolute http or https address")]
    [InlineData("LE_ENDPOINT", "node-7:8080", "Endpoint", "an absolute http or https address")]
    public void A_variable_that_cannot_be_read_is_told_with_the_election_and_what_can(
        string variable, string value, string option, string allowed)
    {
        _environment[variable] = value;

        Failures("").ShouldHaveSingleItem().ShouldStartWith(
            $"{variable} is '{value}'; {option} of election 'default' must be {allowed}");
    }

    [Fact]
    public void A_key_that_cannot_be_read_is_told_with_its_path_and_the_election()
    {
        _settings["LeaderElection:StoreTimeout"] = "00:15";
        _settings["LeaderElection:Elections:billing:LeaseDuration"] = "24:00:00";

        var failures = Failures("billing");

        failures.Count.ShouldBe(2);
        failures[0].ShouldStartWith("LeaderElection:Elections:billing:LeaseDuration is '24:00:00'; "
            + "LeaseDuration of election 'billing' must be whole milliseconds");
        failures[1].ShouldStartWith(
            "LeaderElection:StoreTimeout is '00:15'; StoreTimeout of election 'billing' must be");
    }

    [Fact]
    public void What_a_stronger_source_replaces_need_not_be_readable()
    {
        _settings["LeaderElection:LeaseDuration"] = "soon";
        _environment["LE_LEASE_DURATION"] = "15000";

        Apply().LeaseDuration.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("15000", 15000)]
    [InlineData(" 15000\n", 15000)]
    [InlineData("-5", -5)]
    [InlineData("00:00:15", 15000)]
    [InlineData("00:15:00", 900000)]
    [InlineData("00:00:00.25", 250)]
    [InlineData("2.00:00:01", 172801000)]
    [InlineData("2.00:00:01.5", 172801500)]
    public void A_duration_is_whole_milliseconds_or_hours_minutes_and_seconds(string text, double milliseconds)
    {
        _settings["LeaderElection:LeaseDuration"] = text;

        Apply().LeaseDuration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("00:15")]
    [InlineData("0:15")]
    [InlineData("1:00:00")]
    [InlineData("24:00:00")]
    [InlineData("00:60:00")]
    [InlineData("00:00:15:00")]
    [InlineData("15.5")]
    [InlineData("15,000")]
    [InlineData("15s")]
    [InlineData("1e4")]
    [InlineData("0x3A98")]
    [InlineData("PT15S")]
    [InlineData("1.5")]
    [InlineData("  ")]
    public void What_could_be_misread_is_not_taken_for_a_duration(string text)
    {
        _settings["LeaderElection:LeaseDuration"] = text;

        Failures("").ShouldHaveSingleItem().ShouldContain($"is '{text}'");
    }

    private IReadOnlyList<string> Failures(string optionsName) =>
        [.. Should.Throw<OptionsValidationException>(() => Apply(optionsName)).Failures];

    private LeaderElectionOptions Apply(string optionsName = "")
    {
        var options = new LeaderElectionOptions();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        ConfiguredOptions.Apply(options, optionsName, configuration, new EnvironmentVariables(_environment));
        return options;
    }
}
