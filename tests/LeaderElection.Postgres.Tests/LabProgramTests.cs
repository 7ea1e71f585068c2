using System.Diagnostics;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>The lab as a program, as the scripts in eng start a sample with it.</summary>
public sealed class LabProgramTests(TestServer server)
{
    [Fact]
    public async Task A_command_finds_its_Postgres_and_its_exit_code_comes_back()
    {
        using var lab = Start("""echo "on $LEADER_ELECTION_POSTGRES."; exit 7""");

        (await lab.ExitsAsync()).ShouldBe(7);

        lab.Output.ShouldContain("Postgres: the Postgres of LEADER_ELECTION_POSTGRES.");
        await using var connection = new NpgsqlConnection(lab.Output.Split("\non ")[1].Split(".\n")[0]);
        var gone = await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync());
        gone.SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
    }

    [Fact]
    public async Task A_signal_is_handed_on_and_the_command_has_the_last_word()
    {
        using var lab = Start("""trap 'echo told; exit 5' TERM; echo up; while :; do sleep 0.05; done""");
        await lab.PrintsAsync("up\n");

        await lab.TerminateAsync();

        (await lab.ExitsAsync()).ShouldBe(5);
        lab.Output.ShouldContain("told");
    }

    [Fact]
    public async Task Without_a_command_there_is_nothing_to_run()
    {
        using var lab = new RunningProgram(new ProcessStartInfo("dotnet", [Program]));

        (await lab.ExitsAsync()).ShouldBe(2);

        lab.Output.ShouldContain("Give a program and its arguments.");
    }

    private static string Program => typeof(PostgresServer).Assembly.Location;

    private RunningProgram Start(string script) => new(new ProcessStartInfo("dotnet", [Program, "sh", "-c", script])
    {
        Environment = { [PostgresRequest.ConnectionStringVariable] = server.ConnectionString },
    });
}
