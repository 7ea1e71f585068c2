using LeaderElection.Faults;

namespace LeaderElection.Tests;

/// <summary>A history file that lacks something is recognised, and not judged by what is left of it.</summary>
public sealed class HistoryFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");

    public HistoryFileTests() => new HistoryBuilder()
        .Leads("n1.1", 1, 0, 1000).Fault(1, 1000).Heals(1, 1010).Leads("n2.1", 2, 1150, 3000)
        .Appends("n2.1", 1, 2, AppendOutcome.Done, 1).FencedRow(1, 2, "n2.1", 1).IsSteady(1, 3000).WriteTo(_path);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_was_written_is_read_again()
    {
        var history = HistoryReader.Read(_path);

        Checker.Judge(history).IsGood.ShouldBeTrue();
        history.Rounds.ShouldHaveSingleItem().Fault.Bound.Limit.ShouldBe(TimeSpan.FromMilliseconds(200));
        history.Rows.Count.ShouldBe(1);
        history.Footer.Rows.ShouldBe(1);
        history.Header.Times.ShouldBe(HistoryBuilder.Times);
    }

    [Fact]
    public void Cut_anywhere_it_is_incomplete()
    {
        var whole = File.ReadAllBytes(_path);

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            IsIncomplete();
        }
    }

    [Fact]
    public void Without_any_one_of_its_lines_it_is_incomplete()
    {
        var lines = File.ReadAllLines(_path);

        for (var missing = 0; missing < lines.Length; missing++)
        {
            File.WriteAllText(_path, string.Concat(lines.Where((_, index) => index != missing).Select(Ended)));
            IsIncomplete();
        }
    }

    [Theory]
    [InlineData("\"until\":3000", "\"until\":1200", "footer was written for")]
    [InlineData("\"format\":1", "\"format\":2", "format 2")]
    [InlineData("\"kind\":\"heal\"", "\"kind\":\"cure\"", "not one of a history")]
    [InlineData("\"healedAt\":1010", "\"healed\":1010", "not one of a history")]
    public void Changed_it_is_incomplete(string given, string changed, string message)
    {
        File.WriteAllText(_path, File.ReadAllText(_path).Replace(given, changed, StringComparison.Ordinal));

        IsIncomplete().ShouldContain(message);
    }

    [Fact]
    public void Two_in_one_file_are_none()
    {
        File.AppendAllText(_path, File.ReadAllText(_path));

        IsIncomplete().ShouldContain("follows the footer");
    }

    [Fact]
    public void It_can_be_drawn()
    {
        var history = HistoryReader.Read(_path);

        var drawing = TimeLine.Draw(history, Checker.Judge(history)).ToString();

        drawing.ShouldContain("n2.1 leads in term 2");
        drawing.ShouldContain("Round 1: kill n1 (the leader)");
        drawing.ShouldContain("Nobody leads for 150 ms");
    }

    private static string Ended(string line) => line + '\n';

    private string IsIncomplete() =>
        Should.Throw<HistoryIncompleteException>(() => HistoryReader.Read(_path)).Message;
}
