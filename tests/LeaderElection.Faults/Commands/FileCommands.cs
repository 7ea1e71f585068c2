using System.CommandLine;
using Spectre.Console;

namespace LeaderElection.Faults;

/// <summary>The commands that break nothing.</summary>
internal static class FileCommands
{
    public static Command Check()
    {
        var history = HistoryArgument();
        var command = new Command("check", "Judges a history that was written before.") { history };
        command.SetAction(result => Report.Show(Existing(result.GetRequiredValue(history)), svgPath: null));
        return command;
    }

    public static Command Draw()
    {
        var history = HistoryArgument();
        var svg = new Argument<string>("svg") { Description = "Where to draw it." };
        var command = new Command("draw", "Draws a history as a time line.") { history, svg };
        command.SetAction(result =>
        {
            var read = HistoryReader.Read(Existing(result.GetRequiredValue(history)));
            TimeLine.Draw(read, Checker.Judge(read)).Save(result.GetRequiredValue(svg));
            return ExitCode.AllWell;
        });
        return command;
    }

    public static Command List()
    {
        var command = new Command("list", "Names the faults, what they do and for how long nobody may lead then.");
        command.SetAction(_ =>
        {
            var table = new Table().Border(TableBorder.Rounded).ShowRowSeparators()
                .AddColumns("Fault", "What it does", "Nobody leads for at most");
            foreach (var fault in FaultCatalog.All)
            {
                table.AddRow(
                    Markup.Escape(fault.Name), Markup.Escape(fault.Description), Markup.Escape(fault.BoundText));
            }

            AnsiConsole.Write(table);
            Console.WriteLine(
                $"To every bound {ElectionTimes.Allowance.TotalMilliseconds:0} ms are added "
                + "for a machine that is shared.");
            return ExitCode.AllWell;
        });
        return command;
    }

    private static Argument<string> HistoryArgument() =>
        new("history") { Description = "The file that 'run' has written." };

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new CannotRunException($"There is no file '{path}'. The command 'run' writes one and says where.");
}
