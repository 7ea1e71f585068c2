using System.Reflection;
using System.Text.RegularExpressions;

namespace LeaderElection.Tests;

public partial class RulesTests
{
    private const string Core = "LeaderElection/";

    // Which folder may look at which others; the root of a project and Hosting may look at all.
    private static readonly Dictionary<string, string[]> MayLookAt = new()
    {
        ["Contracts"] = ["Storage", "Terms"],
        ["Terms"] = ["Contracts", "Election"],
        ["Options"] = [],
        ["Storage"] = [],
        ["Telemetry"] = ["Contracts", "Storage", "Options"],
        ["Election"] = ["Contracts", "Storage", "Options", "Telemetry", "Terms"],
        ["Testing"] = ["Contracts", "Election", "Terms"],
    };

    private static Assembly Assembly => typeof(LeaseElector).Assembly;

    [Fact]
    public void Folders_look_only_at_those_that_they_may()
    {
        var declaredIn = Sources.Production.Where(file => file.Path.StartsWith(Core, StringComparison.Ordinal))
            .SelectMany(file => Declaration().Matches(file.Code).Select(match => (Name: match.Groups[1].Value, file.Folder)))
            .Where(type => type.Folder.Contains('/'))
            .DistinctBy(type => type.Name)
            .ToDictionary(type => type.Name, type => type.Folder[Core.Length..]);
        declaredIn.Count.ShouldBeGreaterThan(30);

        var violations =
            from file in Sources.Production
            where file.Path.StartsWith(Core, StringComparison.Ordinal) && file.Folder.Contains('/')
            let folder = file.Folder[Core.Length..]
            where folder != "Hosting"
            from word in Word().Matches(file.Code).Select(match => match.Value).Distinct()
            where declaredIn.ContainsKey(word)
            let other = declaredIn[word]
            where other != folder && !MayLookAt.GetValueOrDefault(folder, []).Contains(other)
            select $"{file.Path} uses {word} of {other}";

        violations.ShouldBeEmpty();
    }

    [Fact]
    public void Packages_that_stand_beside_each_other_do_not_look_at_each_other()
    {
        var violations = Sources.Production.Where(file =>
            (file.Path.StartsWith("LeaderElection.Postgres/", StringComparison.Ordinal)
                && file.Code.Contains("LeaderElection.AspNetCore"))
            || (file.Path.StartsWith("LeaderElection.AspNetCore/", StringComparison.Ordinal)
                && file.Code.Contains("LeaderElection.Postgres"))
            || (file.Path.StartsWith(Core, StringComparison.Ordinal) && file.Code.Contains("Npgsql")));

        violations.Select(file => file.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Packages_link_the_shared_folder_as_a_whole_and_no_other_file() =>
        Directory.EnumerateFiles(Path.Combine(Sources.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => Linked().Matches(File.ReadAllText(project)).Select(match => match.Groups[1].Value))
            .Distinct().ShouldBe(["../Shared/*.cs"]);

    [Fact]
    public void Public_types_are_sealed_unless_meant_as_a_base() =>
        Assembly.GetExportedTypes()
            .Where(type => type is { IsSealed: false, IsAbstract: false, IsInterface: false })
            .ShouldBeEmpty();

    [Fact]
    public void There_is_one_public_namespace_besides_the_one_of_dependency_injection()
    {
        var byNamespace = Assembly.GetExportedTypes().ToLookup(type => type.Namespace);

        byNamespace.Select(group => group.Key).Order().ShouldBe(
            ["LeaderElection", "Microsoft.Extensions.DependencyInjection"]);
        byNamespace["Microsoft.Extensions.DependencyInjection"]
            .ShouldAllBe(type => type.IsAbstract && type.IsSealed && type.Name.EndsWith("Extensions"));
    }

    [Fact]
    public void A_file_has_four_hundred_lines_at_the_most() =>
        Sources.Production.Concat(Sources.Tests).Where(file => file.Lines > 400)
            .Select(file => $"{file.Path}: {file.Lines} lines").ShouldBeEmpty();

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

    [GeneratedRegex(@"\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"<Compile Include=""(.+?)""")]
    private static partial Regex Linked();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Word();

    [GeneratedRegex(
        @"\b(?:(?-i:SELECT)\s+[\w*(@]|INSERT\s+INTO|UPDATE\s+[^\s=]+\s+SET\s|DELETE\s+FROM|CREATE\s+(?:TABLE|INDEX|SEQUENCE)|"
        + @"DROP\s+(?:TABLE|SEQUENCE)|\bUNLISTEN\s|pg_notify|pg_try_advisory)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Sql();
}
