using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

/// <summary>Settings that nobody reads: refused where they are ours for certain, warned of where they may be.</summary>
public sealed class UnknownSettingsTests : IDisposable
{
    private readonly Dictionary<string, string?> _settings = [];
    private readonly Dictionary<string, string?> _environment = [];
    private readonly LogCollector _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("LeaderElection:LeaseDuraton", "LeaseDuration")]
    [InlineData("LeaderElection:Lease", "LeaseDuration")]
    [InlineData("LeaderElection:Timeout", "StoreTimeout")]
    [InlineData("LeaderElection:lock_id", "LockId")]
    [InlineData("LeaderElection:Election:billing:LockId", "Elections")]
    [InlineData("LeaderElection:Elections:billing:InstanceIdd", "InstanceId")]
    public async Task An_unknown_key_of_our_section_keeps_the_host_from_starting(string key, string nearest)
    {
        _settings[key] = "15000";
        using var host = Build(services => services.AddLeaderElection("billing").UseInMemory());

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        var path = key.Replace("Election:billing:LockId", "Election");
        exception.Failures.ShouldHaveSingleItem().ShouldStartWith(
            $"Configuration key '{path}' is not known. The nearest is '{nearest}'; "
            + "known are ElectionName, InstanceId,");
    }

    [Fact]
    public async Task A_known_key_with_keys_below_it_is_refused()
    {
        _settings["LeaderElection:LeaseDuration:Seconds"] = "15";
        using var host = Build(services => services.AddLeaderElection().UseInMemory());

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message
            .ShouldBe("Configuration key 'LeaderElection:LeaseDuration' has keys below it; it must have a value.");
    }

    [Fact]
    public async Task Everything_wrong_with_an_election_is_told_at_once()
    {
        _settings["LeaderElection:LeaseDuraton"] = "15000";
        _settings["LeaderElection:StoreTimeout"] = "00:15";
        using var host = Build(services => services.AddLeaderElection().UseInMemory());

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Failures.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_wrong_lease_is_one_complaint_that_names_the_election_and_the_source()
    {
        _environment["LE_LEASE_DURATION"] = "50";
        using var host = Build(services => services.AddLeaderElection("billing").UseInMemory());

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldBe(
            "Election 'billing': LeaseDuration (LE_LEASE_DURATION) is 50 ms; it must be from 100 ms to 86400000 ms. "
            + "The "
            + "default is 10 s.");
    }

    [Fact]
    public async Task Sections_of_elections_that_run_in_other_processes_are_left_alone()
    {
        _settings["LeaderElection:Elections:billing:LeaseDuration"] = "15000";
        _settings["LeaderElection:Elections:shipping:LeaseDuration"] = "20000";
        _settings["LeaderElection:Elections:shipping:OfTheNextVersion"] = "1";
        _settings["LeaderElection:Elections:billing2:LeaseDuration"] = "15000";

        await RunAsync(services => services.AddLeaderElection("billing").UseInMemory());

        _logs.Count(1022).ShouldBe(0);
    }

    [Fact]
    public async Task The_section_of_an_election_that_is_misspelt_is_warned_of()
    {
        _settings["LeaderElection:Elections:biling:LeaseDuration"] = "15000";

        await RunAsync(services => services.AddLeaderElection("billing").UseInMemory());

        Warnings().ShouldHaveSingleItem().ShouldStartWith(
            "Nothing reads 'LeaderElection:Elections:biling', which looks like 'LeaderElection:Elections:billing'.");
    }

    [Fact]
    public async Task The_election_without_a_name_has_no_section_under_elections()
    {
        _settings["LeaderElection:Elections:default:LeaseDuration"] = "15000";

        await RunAsync(services => services.AddLeaderElection().UseInMemory());

        Warnings().ShouldHaveSingleItem().ShouldStartWith(
            "Nothing reads 'LeaderElection:Elections:default', which looks like 'LeaderElection'.");
    }

    [Theory]
    [InlineData("LE_LEASE_DURATON", "LE_LEASE_DURATION")]
    [InlineData("LE_LEASE_DURATOIN", "LE_LEASE_DURATION")]
    [InlineData("LE_LEASE", "LE_LEASE_DURATION")]
    [InlineData("LE_LEASE_DURATION_MS", "LE_LEASE_DURATION")]
    [InlineData("LE_RE", "LE_RENEWAL_INTERVAL")]
    [InlineData("LE_LOCKID", "LE_LOCK_ID")]
    [InlineData("le_endpoint_", "LE_ENDPOINT")]
    public async Task A_variable_that_looks_like_ours_is_warned_of_once(string variable, string known)
    {
        _environment[variable] = "15000";

        await RunAsync(services =>
        {
            services.AddLeaderElection("billing").UseInMemory();
            services.AddLeaderElection("reports").UseInMemory();
        });

        Warnings().ShouldHaveSingleItem().ShouldStartWith($"Nothing reads '{variable}', which looks like '{known}'.");
    }

    [Theory]
    [InlineData("LE_EMAIL")]
    [InlineData("LE_PATH")]
    [InlineData("LE_")]
    [InlineData("LE")]
    [InlineData("PATH")]
    [InlineData("LEASE_DURATION")]
    [InlineData("LE_WORKING_DIR")]
    [InlineData("LE_CERT_HOME")]
    [InlineData("LE_LEASE_DURATION")]
    public async Task Variables_of_others_and_those_that_are_read_are_not_warned_of(string variable)
    {
        _environment[variable] = "15000";

        await RunAsync(services => services.AddLeaderElection().UseInMemory());

        Warnings().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("Saturday", "SUNDAY", 3)]
    [InlineData("same", "same", 0)]
    public void Edits_are_counted(string from, string to, int edits)
    {
        SimilarNames.Edits(from, to).ShouldBe(edits);
        SimilarNames.Edits(to, from).ShouldBe(edits);
    }

    private IEnumerable<string> Warnings() =>
        _logs.Entries.Where(entry => entry.EventId == 1022).Select(entry => entry.Message);

    private async Task RunAsync(Action<IServiceCollection> add)
    {
        using var host = Build(add);
        await host.StartAsync().WaitAsync(Arena.RealTimeLimit);
        await host.StopAsync().WaitAsync(Arena.RealTimeLimit);
    }

    private IHost Build(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Services.AddSingleton<ILoggerFactory>(_logs);
        builder.Services.AddSingleton(new EnvironmentVariables(_environment));
        add(builder.Services);
        return builder.Build();
    }
}
