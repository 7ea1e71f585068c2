namespace LeaderElection.Tests;

public class OptionsRulesTests
{
    public static TheoryData<string, Action<LeaderElectionOptions>, string> Refused => new()
    {
        { "no name", o => o.ElectionName = "", "ElectionName is empty; it must have 1 to 200 characters." },
        { "null name", o => o.ElectionName = null!, "ElectionName is empty" },
        { "blank name", o => o.ElectionName = "  ", "ElectionName is empty" },
        { "long name", o => o.ElectionName = new string('n', 201), "ElectionName has 201 characters" },
        { "control", o => o.ElectionName = "a\nb", "ElectionName contains a control character" },
        { "no id", o => o.InstanceId = "", "InstanceId is empty" },
        { "long id", o => o.InstanceId = new string('i', 300), "InstanceId has 300 characters" },
        {
            "short lease", o => o.LeaseDuration = Ms(99),
            "LeaseDuration is 99 ms; it must be from 100 ms to 86400000 ms"
        },
        { "long lease", o => o.LeaseDuration = TimeSpan.FromDays(2), "LeaseDuration is 172800000 ms" },
        { "no renewal", o => o.RenewalInterval = TimeSpan.Zero, "RenewalInterval is 0 ms; it must be positive" },
        { "past renewal", o => o.RenewalInterval = Ms(-5), "RenewalInterval is -5 ms" },
        { "no jitter", o => o.JitterRange = TimeSpan.Zero, "JitterRange is 0 ms" },
        { "no margin", o => o.SafetyMargin = TimeSpan.Zero, "SafetyMargin is 0 ms" },
        { "no time-out", o => o.StoreTimeout = TimeSpan.Zero, "StoreTimeout is 0 ms" },
        { "no cleanup", o => o.CleanupInterval = TimeSpan.Zero, "CleanupInterval is 0 ms" },
        { "no drain", o => o.DrainTimeout = TimeSpan.Zero, "DrainTimeout is 0 ms" },
        { "no cool-down", o => o.ReleaseCooldown = TimeSpan.FromDays(31), "ReleaseCooldown is 2678400000 ms" },
        {
            "one failed attempt loses the lease", o => o.StoreTimeout = Ms(2001),
            "3000 ms + 2000 ms + 2 × 2001 ms + 1000 ms = 10002 ms > 10000 ms"
        },
        {
            "jitter as long as the interval", o => o.JitterRange = o.RenewalInterval = Ms(2000),
            "JitterRange is 2000 ms; it must be shorter than RenewalInterval (2000 ms)"
        },
        {
            "jitter as long as the cleanup", o => o.CleanupInterval = Ms(2000),
            "CleanupInterval is 2000 ms; it must be longer than JitterRange, which is taken off from it and is 2000 ms"
        },
        {
            "negative tolerance", o => o.ClockJumpTolerance = Ms(-1),
            "ClockJumpTolerance is -1 ms; it must not be negative"
        },
        {
            "endless tolerance", o => o.ClockJumpTolerance = TimeSpan.FromDays(31),
            "ClockJumpTolerance is 2678400000 ms"
        },
        { "relative endpoint", o => o.Endpoint = new Uri("/x", UriKind.Relative), "Endpoint is '/x'" },
        {
            "odd endpoint", o => o.Endpoint = new Uri("ftp://me:secret@x?key=secret"),
            "Endpoint is 'ftp://x'; it must be an absolute http or https address"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_out_of_range_are_refused_with_the_numbers(
        string what, Action<LeaderElectionOptions> configure, string message)
    {
        var options = new LeaderElectionOptions();
        configure(options);

        var exception = Should.Throw<ArgumentException>(
            () => new LeaseElector(new InMemoryLeaseStore(), options), what);

        exception.Message.ShouldContain(message);
    }

    [Fact]
    public void Every_violation_is_told_at_once()
    {
        var options = new LeaderElectionOptions { ElectionName = "", StoreTimeout = TimeSpan.Zero };

        LeaderElectionOptionsRules.Violations(options).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e10)]
    public void One_wrong_lease_is_one_complaint(double milliseconds)
    {
        var options = new LeaderElectionOptions { LeaseDuration = Ms(milliseconds) };

        LeaderElectionOptionsRules.Violations(options).ShouldHaveSingleItem().ShouldStartWith("LeaseDuration is");
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(9000)]
    [InlineData(70000)]
    public void One_wrong_relation_is_one_complaint_about_what_was_set(double milliseconds)
    {
        var jitter = new LeaderElectionOptions { JitterRange = Ms(milliseconds), RenewalInterval = Ms(2000) };
        var interval = new LeaderElectionOptions { RenewalInterval = Ms(1) };

        LeaderElectionOptionsRules.Violations(jitter).ShouldHaveSingleItem().ShouldStartWith("JitterRange is");
        LeaderElectionOptionsRules.Violations(interval).ShouldHaveSingleItem().ShouldStartWith(
            "RenewalInterval is 1 ms; it must be longer than JitterRange");
    }

    [Fact]
    public void What_is_just_allowed_is_accepted()
    {
        var options = new LeaderElectionOptions
        {
            ElectionName = new string('n', 200), InstanceId = "i", LeaseDuration = Ms(10000), StoreTimeout = Ms(2000),
            Endpoint = new Uri("https://x"),
        };

        LeaderElectionOptionsRules.Violations(options).ShouldBeEmpty();
        options.LeaseDuration = Ms(100);
        options.StoreTimeout = Ms(15);
        LeaderElectionOptionsRules.Violations(options).ShouldBeEmpty();
    }

    [Fact]
    public void Durations_that_are_not_set_follow_the_lease()
    {
        var options = new LeaderElectionOptions { LeaseDuration = TimeSpan.FromSeconds(20) };

        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(6));
        options.JitterRange.ShouldBe(TimeSpan.FromSeconds(4));
        options.SafetyMargin.ShouldBe(TimeSpan.FromSeconds(2));
        options.StoreTimeout.ShouldBe(TimeSpan.FromSeconds(3));
        options.CleanupInterval.ShouldBe(TimeSpan.FromSeconds(120));
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(20));
        options.ReleaseCooldown.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void The_defaults_are_those_of_the_predecessor()
    {
        var options = new LeaderElectionOptions();

        options.ElectionName.ShouldBe("default");
        options.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(10));
        options.RenewalInterval.ShouldBe(TimeSpan.FromSeconds(3));
        options.JitterRange.ShouldBe(TimeSpan.FromSeconds(2));
        options.Endpoint.ShouldBeNull();
        options.InstanceId.ShouldStartWith($"{Environment.MachineName}-{Environment.ProcessId}-");
    }

    [Fact]
    public void An_instance_has_one_id_in_all_elections_of_its_process()
    {
        var billing = new LeaderElectionOptions { ElectionName = "billing" };

        billing.InstanceId.ShouldBe(new LeaderElectionOptions { ElectionName = "reports" }.InstanceId);
        billing.InstanceId.ShouldMatch("-[0-9a-f]{8}$");
    }

    [Fact]
    public void The_lock_id_is_the_same_in_every_process_and_version()
    {
        new LeaderElectionOptions { ElectionName = "billing" }.LockId.ShouldBe(StableHash.Of("billing"));
        StableHash.Of("").ShouldBe(unchecked((int)0x811C9DC5));
        StableHash.Of("foobar").ShouldBe(unchecked((int)0xBF9CF968), "a published value of FNV-1a");
        new LeaderElectionOptions { LockId = 7 }.LockId.ShouldBe(7);
    }

    [Fact]
    public void Changing_the_options_afterwards_changes_nothing()
    {
        var options = new LeaderElectionOptions { ElectionName = "before" };
        var elector = new LeaseElector(new InMemoryLeaseStore(), options);

        options.ElectionName = "after";

        elector.ElectionName.ShouldBe("before");
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
