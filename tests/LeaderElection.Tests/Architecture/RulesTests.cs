using System.Reflection;
using System.Text.RegularExpressions;
using LeaderElection.AspNetCore;

namespace LeaderElection.Tests;

/// <summary>The plan of the house, for every package: who may look at whom, and what a file looks like.</summary>
public partial class RulesTests
{
    private const int LongestFile = 300;
    private const int LongestMethod = 50;
    private const int LongestLine = 120;

    // Which room may look at which others. All may look at what they share, which looks at the contracts.
    private static readonly Dictionary<string, string[]> MayLookAt = new()
    {
        ["Shared"] = ["LeaderElection/Contracts"],
        ["LeaderElection/Contracts"] = [],
        ["LeaderElection/Time"] = [],
        ["LeaderElection/Options"] = [],
        ["LeaderElection/Telemetry"] = ["LeaderElection/Contracts", "LeaderElection/Time"],
        ["LeaderElection/Terms"] =
            ["LeaderElection/Contracts", "LeaderElection/Time", "LeaderElection/Telemetry"],
        ["LeaderElection/Leases"] =
        [
            "LeaderElection/Contracts", "LeaderElection/Time", "LeaderElection/Options", "LeaderElection/Telemetry",
            "LeaderElection/Terms",
        ],
        ["LeaderElection/Testing"] = ["LeaderElection/Contracts", "LeaderElection/Time", "LeaderElection/Terms"],
        ["LeaderElection/Hosting"] =
        [
            "LeaderElection/Contracts", "LeaderElection/Time", "LeaderElection/Options", "LeaderElection/Telemetry",
            "LeaderElection/Terms", "LeaderElection/Leases",
        ],
        ["LeaderElection.Postgres/Connections"] = [],
        ["LeaderElection.Postgres/Schema"] = ["LeaderElection.Postgres/Connections"],
        ["LeaderElection.Postgres/Timelines"] =
            ["LeaderElection.Postgres/Connections", "LeaderElection.Postgres/Schema"],
        ["LeaderElection.Postgres/Notifications"] =
            ["LeaderElection.Postgres/Connections", "LeaderElection.Postgres/Schema"],
        ["LeaderElection.Postgres/Fencing"] = ["LeaderElection.Postgres/Connections", "LeaderElection.Postgres/Schema"],
        ["LeaderElection.Postgres/Leases"] =
        [
            "LeaderElection.Postgres/Connections", "LeaderElection.Postgres/Schema",
            "LeaderElection.Postgres/Timelines",
            "LeaderElection.Postgres/Notifications", "LeaderElection.Postgres/Fencing",
        ],
        ["LeaderElection.Postgres/Hosting"] = ["LeaderElection.Postgres/Leases"],
        ["LeaderElection.AspNetCore/Health"] = [],
        ["LeaderElection.AspNetCore/StatusPage"] = [],
        ["LeaderElection.AspNetCore/LeaderOnly"] = ["LeaderElection.AspNetCore/StatusPage"],
    };

    private static readonly string[] PureParts = ["LeaderElection/Time/TrustWindow.cs"];

    public static TheoryData<Assembly> Packages =>
        [typeof(LeaseElector).Assembly, typeof(PostgresLeaseStore).Assembly, typeof(LeaderOnlyAttribute).Assembly];

    [Fact]
    public void The_compiler_understands_the_house()
    {
        // Generators do not run here: what they write is missing.
        House.Errors.Where(error => error.Id is not ("CS8795" or "CS0534" or "CS7036" or "CS0117"))
            .ShouldBeEmpty();
        House.Uses.Count.ShouldBeGreaterThan(1000);
        PureParts.ShouldBeSubsetOf(Sources.Production.Select(file => file.Path));
    }

    [Fact]
    public void Every_file_stands_in_a_room_of_the_plan() =>
        Sources.Production.Select(file => House.RoomOf(file.Path)).Distinct().Order()
            .ShouldBe(MayLookAt.Keys.Order());

    [Fact]
    public void Rooms_look_only_at_those_that_they_may() =>
        House.Uses.Where(use => !MayLook(use.Room, use.Of))
            .Select(use => $"{use.Path} uses {use.What} of {use.Of}").Distinct().ShouldBeEmpty();

    [Fact]
    public void No_two_rooms_look_at_each_other()
    {
        var pairs = House.Uses.Select(use => (use.Room, use.Of)).Distinct().ToHashSet();

        pairs.Where(pair => pairs.Contains((pair.Of, pair.Room))).ShouldBeEmpty();
    }

    // What all hangs on is to be read and tested without waiting for anything.
    [Fact]
    public void Pure_parts_wait_for_nothing_and_log_nothing() =>
        Sources.Production.Where(file => PureParts.Contains(file.Path))
            .Where(file => Impure().IsMatch(file.Code)).Select(file => file.Path).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Packages))]
    public void Public_types_are_sealed_unless_meant_as_a_base(Assembly package) =>
        package.GetExportedTypes()
            .Where(type => type is { IsSealed: false, IsAbstract: false, IsInterface: false })
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_one_public_namespace_besides_that_of_dependency_injection(Assembly package)
    {
        const string injection = "Microsoft.Extensions.DependencyInjection";
        var byNamespace = package.GetExportedTypes().ToLookup(type => type.Namespace);

        byNamespace.Select(group => group.Key).Order().ShouldBe([package.GetName().Name, injection]);
        byNamespace[injection]
            .ShouldAllBe(type => type.IsAbstract && type.IsSealed && type.Name.EndsWith("Extensions"));
    }

    [Fact]
    public void A_file_is_short() =>
        Sources.Production.Concat(Sources.Tests).Where(file => file.Lines > LongestFile)
            .Select(file => $"{file.Path}: {file.Lines} lines").ShouldBeEmpty();

    [Fact]
    public void A_method_is_short() =>
        House.Methods.Where(method => House.LinesOf(method) > LongestMethod)
            .Where(method => !method.SyntaxTree.FilePath.EndsWith("Sql.cs", StringComparison.Ordinal))
            .Select(method => $"{method.SyntaxTree.FilePath}: {method.Identifier} has {House.LinesOf(method)} lines")
            .ShouldBeEmpty();

    [Fact]
    public void A_line_is_short() =>
        Sources.Production.Concat(Sources.Tests)
            .SelectMany(file =>
                file.Text.Split('\n').Select((line, index) => (file.Path, Line: line, Number: index + 1)))
            .Where(line => line.Line.Length > LongestLine)
            .Select(line => $"{line.Path}:{line.Number} has {line.Line.Length} columns").ShouldBeEmpty();

    [Fact]
    public void Sql_stands_in_its_place_only() =>
        Sources.Production
            .Where(file => !file.Path.EndsWith("Sql.cs", StringComparison.Ordinal) && Sql().IsMatch(file.Code))
            .Select(file => $"{file.Path}: {Sql().Match(file.Code).Value}").ShouldBeEmpty();

    [Theory]
    [InlineData("\"SELECT 1\"", true)]
    [InlineData("\"\"\"\n    delete from x\n\"\"\"", true)]
    [InlineData("update {_table} set x = 1", true)]
    [InlineData("var update = set.Select(x => x);", false)]
    [InlineData("from type in types select type.Name", false)]
    public void The_rule_on_sql_knows_sql(string code, bool isSql) => Sql().IsMatch(code).ShouldBe(isSql);

    [Fact]
    public void Tests_wait_for_no_time_to_pass() =>
        Sources.Tests.Where(file => file.Path.StartsWith("LeaderElection.Tests/", StringComparison.Ordinal))
            .Where(file => file.Path != "LeaderElection.Tests/Architecture/RulesTests.cs")
            .Where(file => file.Code.Contains("Task.Delay") || file.Code.Contains("Thread.Sleep"))
            .Select(file => file.Path).ShouldBeEmpty();

    // The packages beside the core may look at all of it that is public, and never at each other.
    private static bool MayLook(string room, string other) =>
        (other == "Shared" && room != other)
        || MayLookAt.GetValueOrDefault(room, []).Contains(other)
        || (other.StartsWith("LeaderElection/", StringComparison.Ordinal)
            && !room.StartsWith("LeaderElection/", StringComparison.Ordinal) && room != "Shared");

    [GeneratedRegex(@"\b(?:async|await|Task|Thread|ILogger)\b")]
    private static partial Regex Impure();

    [GeneratedRegex(
        @"\b(?:(?-i:SELECT)\s+[\w*(@]|INSERT\s+INTO|UPDATE\s+[^\s=]+\s+SET\s|DELETE\s+FROM"
        + @"|CREATE\s+(?:TABLE|INDEX|SEQUENCE)|DROP\s+(?:TABLE|SEQUENCE)|\bUNLISTEN\s|pg_notify|pg_try_advisory)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Sql();
}
