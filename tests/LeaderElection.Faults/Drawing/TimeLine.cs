using System.Globalization;
using System.Xml.Linq;

namespace LeaderElection.Faults;

/// <summary>
/// Draws a history for people: one lane a place for nodes, who leads in which term, the faults behind it, below it the
/// times in which nobody leads. Long runs wrap like a text. It needs nothing but itself to be shown.
/// </summary>
internal static class TimeLine
{
    private const int SecondsPerBand = 20;
    private const double HeadHeight = 70;

    // Eleven hours; more than that nobody looks at in one drawing.
    private const int MostBands = 2000;

    // Plain colours, no variables: not everything that shows drawings knows those.
    private const string Style =
        """
        svg { font: 11px system-ui, sans-serif; }
        .paper { fill: #ffffff; } text { fill: #1c2530; } .head { font-size: 16px; font-weight: 600; }
        .axis { fill: #66717d; font-size: 10px; } .lane { font-weight: 600; } .name { font-size: 10px; }
        .token { fill: #ffffff; font-size: 10px; } .name.broken { fill: #d11d1d; font-weight: 700; }
        .tick, .floor { stroke: #dfe4e9; } .alive { stroke: #8b96a1; stroke-width: 1.5; }
        .frozen { stroke: #3aa0d8; stroke-width: 3; stroke-dasharray: 2 3; }
        .fault { fill: #f0c33c; opacity: 0.3; } .gap { fill: #8d98a4; }
        .hue0 { fill: #2f7d4f; } .hue1 { fill: #2b66b1; } .hue2 { fill: #7b4ba3; }
        .overlap { fill: #d11d1d; opacity: 0.5; } .stale { fill: #c45f10; } .stale.broken { fill: #d11d1d; }
        @media (prefers-color-scheme: dark) {
          .paper { fill: #12171d; } text { fill: #e6eaee; } .axis { fill: #97a3af; } .tick, .floor { stroke: #2a323b; }
          .token { fill: #ffffff; } .name.broken { fill: #ff6a62; } .alive { stroke: #65707b; } .gap { fill: #6b7783; }
          .hue0 { fill: #2f8f5a; } .hue1 { fill: #3a7bd0; } .hue2 { fill: #9464c2; }
          .overlap { fill: #ff5a52; } .stale { fill: #ff9d47; } .stale.broken { fill: #ff5a52; } }
        """;

    public static XDocument Draw(FaultHistory history, Verdict verdict)
    {
        var data = new TimeLineData(history, verdict);
        var bandTicks = SecondsPerBand * history.Header.Frequency;
        var bands = new List<Band>();
        for (var from = data.Start; from < data.End && bands.Count < MostBands; from += bandTicks)
            bands.Add(new Band(from, from + bandTicks, history.Header.Frequency));

        var bandHeight = BandDrawing.HeightFor(data.Lanes.Count);
        var width = Band.LabelWidth + SecondsPerBand * Band.PixelsPerSecond + 12;
        var height = HeadHeight + bands.Count * bandHeight;
        return new XDocument(new XElement(
            Svg.Namespace + "svg",
            Svg.Attribute("width", width),
            Svg.Attribute("height", height),
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width:0} {height:0}")),
            new XElement(Svg.Namespace + "title", "Who led, while things broke"),
            new XElement(Svg.Namespace + "style", Style),
            Svg.Rect("paper", 0, 0, width, height),
            Head(history, verdict),
            bands.Select((band, index) => Svg.Group(
                HeadHeight + index * bandHeight, new BandDrawing(data, band).Draw()))));
    }

    private static IEnumerable<XElement> Head(FaultHistory history, Verdict verdict)
    {
        var header = history.Header;
        yield return Svg.Text(
            verdict.IsGood ? "head" : "head name broken", 8, 22,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{history.Rounds.Count} faults, seed {header.Seed}: "
                + $"{(verdict.IsGood ? "every promise kept" : $"{verdict.Violations.Count} times a promise broken")}"));
        yield return Svg.Text(
            "axis", 8, 40,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{header.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, elector {header.Elector}, lease "
                + $"{header.Times.Lease.TotalMilliseconds:0} ms, {verdict.Counts.Terms} terms, two "
                + $"leaders for {verdict.Overlap.TotalMilliseconds:0.#} ms, "
                + $"{verdict.Counts.StalePlain} stale writes without the fence"));
        yield return Svg.Text(
            "axis", 8, 56,
            "Bars: a node believes to lead, with its token. Shaded: a fault. Dashes: frozen. Grey below: nobody leads. "
            + "Red: two lead. Triangles: stale writes.");
    }
}
