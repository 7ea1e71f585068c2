using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// The driver can be told, once per process, to read and write times as local ones. What has to hold under that runs in
/// a process of its own: this program once more.
/// </summary>
public sealed partial class LegacyDatesTests
{
    // Hours and a half from UTC, so that nothing comes out right by chance.
    private const string Zone = "America/St_Johns";

    private static readonly string[] Classes =
        [
            nameof(DateModeTests), nameof(PostgresStoreTests), nameof(PostgresTermsTests),
            nameof(ClockTests),
        ];

    [Fact]
    public async Task The_store_suites_hold_in_the_drivers_legacy_date_mode_far_from_Greenwich()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "LeaderElection.Postgres.Tests.dll");
        var start = new ProcessStartInfo("dotnet", [program, "-noColor", .. Chosen()])
        {
            Environment = { [DateModeTests.Wanted] = "legacy", ["TZ"] = Zone },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // On a server of its own: at its end it removes the roles of the tests, which are in use here.
        start.Environment.Remove("LEADER_ELECTION_POSTGRES");
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(20 * TestTime.Patience);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token) + await errors;
        await process.WaitForExitAsync(patience.Token);

        process.ExitCode.ShouldBe(0, output);
        int.Parse(Total().Match(output).Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeGreaterThan(30, output);
    }

    private static IEnumerable<string> Chosen() => Classes.SelectMany(name => new[] { "-class", $"*.{name}" });

    [GeneratedRegex(@"Total: (\d+)")]
    private static partial Regex Total();
}

public sealed class DateModeTests(TestServer server)
{
    internal const string Wanted = "LEADER_ELECTION_TESTS_DATES";

    private static bool IsLegacy => Environment.GetEnvironmentVariable(Wanted) == "legacy";

    // Before anything of the driver runs: it looks once.
#pragma warning disable CA2255 // a program of its own, not a library
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Choose() => AppContext.SetSwitch("Npgsql.EnableLegacyTimestampBehavior", IsLegacy);

    [Fact]
    public async Task The_driver_is_in_the_date_mode_that_this_process_was_started_for()
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT now()", connection);
        var now = (DateTime)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;

        now.Kind.ShouldBe(IsLegacy ? DateTimeKind.Local : DateTimeKind.Utc);
        if (IsLegacy)
            TimeZoneInfo.Local.BaseUtcOffset.ShouldNotBe(TimeSpan.Zero);
    }
}
