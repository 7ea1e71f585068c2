using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FailoverDemo;

/// <summary>The workers, the lease running down and the story so far, redrawn a few times a second.</summary>
internal sealed class LiveScreen : Screen
{
    private const int BarWidth = 24;
    private const int LinesShown = 12;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private bool _isDrawing;

    public override void Say(string line)
    {
        var stamped = string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,5:0.0} s  {line}");
        lock (_gate)
        {
            _lines.Add(stamped);
            if (!_isDrawing)
                AnsiConsole.WriteLine(stamped);
        }
    }

    public override Task WatchAsync(Workers workers, LeaseMonitor lease, Func<Task> story)
    {
        _isDrawing = true;
        return AnsiConsole.Live(Picture(workers, lease)).StartAsync(async context =>
        {
            var telling = story();
            while (await Task.WhenAny(telling, Task.Delay(DrawEvery)) != telling)
                context.UpdateTarget(Picture(workers, lease));
            context.UpdateTarget(Picture(workers, lease));
            _isDrawing = false;
            await telling;
        });
    }

    protected override void Show(Verdict verdict)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Leader", "Next leader", "Without a leader", "Allowed", "");
        foreach (var handover in verdict.Handovers)
        {
            table.AddRow(
                $"{handover.From} {handover.Fault}",
                handover.To,
                Milliseconds(handover.Leaderless),
                Milliseconds(handover.Bound),
                handover.IsInTime ? "[green]in time[/]" : "[red]too late[/]");
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(verdict.Overlap == TimeSpan.Zero
            ? "[green]No two led at once.[/]"
            : $"[red]Two led at once for {Milliseconds(verdict.Overlap)}.[/]");
        AnsiConsole.MarkupLine(verdict.TokensRise
            ? "[green]Fencing tokens strictly rising.[/]"
            : "[red]A fencing token did not rise.[/]");
    }

    private Rows Picture(Workers workers, LeaseMonitor lease)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Worker", "Process", "Role", "Token", "Lease");
        foreach (var worker in workers.All)
        {
            table.AddRow(
                worker.Name,
                worker.ProcessId.ToString(CultureInfo.InvariantCulture),
                Role(worker.State),
                worker.Token?.ToString(CultureInfo.InvariantCulture) ?? "",
                Bar(worker, lease));
        }

        lock (_gate)
            return new Rows([table, .. _lines.TakeLast(LinesShown).Select(line => (IRenderable)new Text(line))]);
    }

    private static string Role(WorkerState state) => state switch
    {
        WorkerState.Leader => "[green]leader[/]",
        WorkerState.Frozen => "[blue]frozen[/]",
        WorkerState.Gone => "[grey]gone[/]",
        _ => "follower",
    };

    /// <summary>What the row of the table gives its holder, dead or alive.</summary>
    private static string Bar(Worker worker, LeaseMonitor lease)
    {
        if (lease.Current is not { } row || row.Holder != worker.Name)
            return new string(' ', BarWidth);

        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), row.RunsOutAt);
        var filled = (int)Math.Clamp(BarWidth * (left / WorkerCommand.LeaseDuration), 0, BarWidth);
        var color = worker.State == WorkerState.Leader ? "green" : "yellow";
        return $"[{color}]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/] "
            + string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, left.TotalSeconds):0.0} s");
    }

    private static string Milliseconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms");
}
