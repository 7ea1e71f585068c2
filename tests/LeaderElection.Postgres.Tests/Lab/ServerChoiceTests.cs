using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Which Postgres the tests run against, and what they say when there is none.</summary>
public sealed class ServerChoiceTests(TestServer server)
{
    private const int VersionOfNoServer = 1;
    private static readonly Uri NoDocker = new("unix:///no/docker.sock");

    [Fact]
    public async Task The_tests_run_on_the_version_that_is_asked_for()
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        var version = connection.PostgreSqlVersion.Major;

        (PostgresRequest.FromEnvironment().Version ?? version).ShouldBe(version);
        version.ShouldBeInRange(13, 18);
    }

    [Fact]
    public async Task Without_a_Postgres_the_message_says_which_one_is_missing_and_how_to_get_it()
    {
        var request = new PostgresRequest { Version = VersionOfNoServer, Docker = NoDocker };

        var error = await Should.ThrowAsync<PostgresNotFoundException>(PostgresServer.StartAsync(request));

        error.Message.ShouldContain("Postgres 1 ");
        error.Message.ShouldContain("Docker does not answer");
        error.Message.ShouldContain(PostgresRequest.ConnectionStringVariable);
        error.Message.ShouldContain("apt-get install postgresql");
    }

    [Fact]
    public async Task A_given_server_of_another_version_than_the_one_asked_for_is_refused()
    {
        var request = new PostgresRequest
        {
            ConnectionString = server.ConnectionString,
            Version = VersionOfNoServer,
        };

        var error = await Should.ThrowAsync<PostgresNotFoundException>(PostgresServer.StartAsync(request));

        error.Message.ShouldStartWith("Postgres 1 is asked for");
    }

    [Fact]
    public async Task A_folder_without_server_programs_is_refused_and_no_other_is_taken_in_its_place()
    {
        var request = new PostgresRequest { Programs = Path.GetTempPath() };

        var error = await Should.ThrowAsync<PostgresNotFoundException>(PostgresServer.StartAsync(request));

        error.Message.ShouldContain(Path.GetTempPath());
    }

    [Theory]
    [InlineData(13, "postgres:13-alpine")]
    [InlineData(null, "postgres:18-alpine")]
    public void A_container_is_of_the_version_that_is_asked_for_or_of_the_newest(int? version, string image) =>
        new PostgresRequest { Version = version }.Image.ShouldBe(image);
}
