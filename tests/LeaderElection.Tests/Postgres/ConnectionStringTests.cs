using Npgsql;

namespace LeaderElection.Tests;

/// <summary>What is made of a connection string, and which ones are refused.</summary>
public sealed class ConnectionStringTests
{
    private const string Secret = "hunter2-very-secret";

    [Theory]
    [InlineData("postgres://app:hunter2-very-secret@db/app", "is a URI")]
    [InlineData("Username=app;Password=hunter2-very-secret", "names no Host")]
    [InlineData("Host=db;Port=hunter2-very-secret", "cannot be read")]
    [InlineData("Host=db;Password=a;hunter2-very-secret=b", "cannot be read")]
    public void A_connection_string_that_cannot_be_used_is_refused_without_repeating_it(string text, string expected)
    {
        var error = Should.Throw<ArgumentException>(() => new PostgresLeaseStore(text));

        error.Message.ShouldContain(expected);
        error.ToString().ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void An_empty_connection_string_is_refused(string? text) =>
        Should.Throw<ArgumentException>(() => new PostgresLeaseStore(text!));

    [Theory]
    [InlineData("Host=a,b", "read-write")]
    [InlineData("Host=a,b;Target Session Attributes=primary", "primary")]
    [InlineData("Host=a", null)]
    public async Task Of_several_hosts_the_one_that_can_be_written_to_is_asked_for(string given, string? expected)
    {
        await using var dataSource = OwnDataSource.Create(given, TimeSpan.FromSeconds(1));

        new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).TargetSessionAttributes.ShouldBe(expected);
    }

    [Fact]
    public async Task Of_several_hosts_one_that_does_not_answer_leaves_time_for_the_next_in_the_same_attempt()
    {
        var attempt = new LeaderElectionOptions().StoreTimeout;
        await using var dataSource = OwnDataSource.Create("Host=a,b", attempt);

        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);

        TimeSpan.FromSeconds(settings.Timeout).ShouldBeLessThan(attempt);
    }
}
