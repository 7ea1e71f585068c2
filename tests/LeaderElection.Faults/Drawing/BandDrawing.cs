using System.Globalization;
using System.Xml.Linq;

namespace LeaderElection.Faults;

/// <summary>Draws one row of a time line.</summary>
internal sealed class BandDrawing(TimeLineData data, Band band)
{
    private const double LaneHeight = 26;
    private const double AxisHeight = 16;
    private const double LabelsHeight = 28;
    private const double NobodyHeight = 12;
    private const double Top = AxisHeight + LabelsHeight;
    private const double Space = 18;
    private const double LeastForToken = 22;
    private const double NameWidth = 130;
    private const int AxisStep = 2;

    public static double HeightFor(int lanes) => Top + lanes * LaneHeight + NobodyHeight + Space;

    public IEnumerable<XElement> Draw() =>
    [
        .. Axis(), .. Faults(), .. Names(), .. Lanes(), .. Lives(), .. Stretches(), .. Gaps(), .. Overlaps(),
        .. StaleWrites(),
    ];

    private double Bottom => Top + data.Lanes.Count * LaneHeight;

    private IEnumerable<XElement> Axis()
    {
        var start = (band.From - data.Start) / band.Frequency;
        var end = (band.Until - data.Start) / band.Frequency;
        for (var second = start; second < end; second += AxisStep)
        {
            var x = band.X(data.Start + second * band.Frequency);
            yield return Svg.Line("tick", x, AxisHeight - 4, x, Bottom + NobodyHeight);
            yield return Svg.Text(
                "axis", x + 2, AxisHeight - 5, string.Create(CultureInfo.InvariantCulture, $"{second} s"));
        }
    }

    private IEnumerable<XElement> Faults()
    {
        foreach (var round in data.History.Rounds)
        {
            var fault = round.Fault;
            if (band.Part(fault.InjectedAt, round.HealedAt ?? data.End) is { } part)
            {
                yield return Svg.Rect(
                    "fault", part.X, AxisHeight, Math.Max(part.Width, 2), Bottom + NobodyHeight - AxisHeight,
                    $"Round {fault.Round}: {fault.Fault} {fault.Target} ({fault.Detail})");
            }
        }
    }

    // Those of faults that follow each other closely stand in two rows.
    private IEnumerable<XElement> Names()
    {
        foreach (var fault in data.History.Rounds.Select(round => round.Fault))
        {
            if (fault.InjectedAt < band.From || fault.InjectedAt >= band.Until)
                continue;
            var target = fault.Target.Length > 0 ? $" → {fault.Target}" : "";
            var text = string.Create(CultureInfo.InvariantCulture, $"{fault.Round} {fault.Fault}{target}");
            yield return Svg.Text(
                data.BrokenRounds.Contains(fault.Round) ? "name broken" : "name",
                Math.Min(band.X(fault.InjectedAt) + 2, band.Right - NameWidth),
                AxisHeight + 11 + (fault.Round % 2 == 0 ? 12 : 0), text);
        }
    }

    private IEnumerable<XElement> Lanes()
    {
        foreach (var lane in data.Lanes)
        {
            yield return Svg.Text("lane", 8, Y(lane) + LaneHeight / 2 + 4, lane);
            yield return Svg.Line("floor", Band.LabelWidth, Y(lane) + LaneHeight, band.Right, Y(lane) + LaneHeight);
        }

        yield return Svg.Text("axis", 8, Bottom + NobodyHeight - 2, "nobody");
    }

    private IEnumerable<XElement> Lives()
    {
        foreach (var life in data.Lives)
        {
            if (band.Part(life.From, life.Until) is { } part)
            {
                var y = Y(FaultHistory.LaneOf(life.Node)) + LaneHeight / 2;
                yield return Svg.Line(
                    life.IsFrozen ? "frozen" : "alive", part.X, y, part.X + part.Width, y,
                    life.IsFrozen ? $"{life.Node} is frozen" : life.Node);
            }
        }
    }

    private IEnumerable<XElement> Stretches()
    {
        foreach (var stretch in data.Stretches)
        {
            if (band.Part(stretch.From, stretch.Until) is not { } part)
                continue;
            var lane = FaultHistory.LaneOf(stretch.Node);
            var token = stretch.Token.ToString(CultureInfo.InvariantCulture);
            yield return Svg.Rect(
                $"leads hue{data.IndexOf(lane) % 3}", part.X, Y(lane) + 4, part.Width, LaneHeight - 8,
                $"{stretch.Node} leads in term {token}");
            if (part.Width >= LeastForToken)
                yield return Svg.Text("token", part.X + 4, Y(lane) + LaneHeight / 2 + 4, token);
        }
    }

    private IEnumerable<XElement> Gaps()
    {
        foreach (var gap in data.Gaps)
        {
            if (band.Part(gap.From, gap.Until) is { } part)
            {
                yield return Svg.Rect(
                    "gap", part.X, Bottom + 2, part.Width, NobodyHeight - 2,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Nobody leads for {data.History.Between(gap.From, gap.Until).TotalMilliseconds:0} ms"));
            }
        }
    }

    private IEnumerable<XElement> Overlaps()
    {
        foreach (var overlap in data.Overlaps)
        {
            if (band.Part(overlap.From, overlap.Until) is { } part)
            {
                yield return Svg.Rect(
                    "overlap", part.X, Top, Math.Max(part.Width, 2), Bottom - Top,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{overlap.First.Node} and {overlap.Second.Node} lead: "
                        + $"{overlap.Length.TotalMilliseconds:0.#} ms"));
            }
        }
    }

    private IEnumerable<XElement> StaleWrites()
    {
        foreach (var (append, row) in data.StaleWrites)
        {
            if (append.ReturnedAt < band.From || append.ReturnedAt >= band.Until)
                continue;
            yield return Svg.Mark(
                row.IsFenced ? "stale broken" : "stale", band.X(append.ReturnedAt),
                Y(FaultHistory.LaneOf(row.Node)) + 10,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Stale write of {row.Node}, term {row.Token}, {(row.IsFenced ? "fenced" : "without the fence")}"));
        }
    }

    private double Y(string lane) => Top + data.IndexOf(lane) * LaneHeight;
}
