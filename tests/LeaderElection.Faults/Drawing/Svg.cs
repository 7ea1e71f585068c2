using System.Globalization;
using System.Xml.Linq;

namespace LeaderElection.Faults;

/// <summary>The few elements that a time line is made of.</summary>
internal static class Svg
{
    public static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    public static XElement Rect(string @class, double x, double y, double width, double height, string? title = null) =>
        Titled(
            new XElement(
                Namespace + "rect", new XAttribute("class", @class), Attribute("x", x), Attribute("y", y),
                Attribute("width", width), Attribute("height", height)),
            title);

    public static XElement Line(string @class, double x1, double y1, double x2, double y2, string? title = null) =>
        Titled(
            new XElement(
                Namespace + "line", new XAttribute("class", @class), Attribute("x1", x1), Attribute("y1", y1),
                Attribute("x2", x2), Attribute("y2", y2)),
            title);

    public static XElement Text(string @class, double x, double y, string text) => new(
        Namespace + "text", new XAttribute("class", @class), Attribute("x", x), Attribute("y", y), text);

    /// <summary>A small triangle that stands on its point.</summary>
    public static XElement Mark(string @class, double x, double y, string title) => Titled(
        new XElement(
            Namespace + "path", new XAttribute("class", @class),
            new XAttribute("d", string.Create(CultureInfo.InvariantCulture, $"M{x:0.##},{y:0.##} l-4,-8 h8 z"))),
        title);

    public static XElement Group(double y, params IEnumerable<XElement> content) => new(
        Namespace + "g",
        new XAttribute("transform", string.Create(CultureInfo.InvariantCulture, $"translate(0,{y:0.##})")),
        content);

    public static XAttribute Attribute(string name, double value) =>
        new(name, value.ToString("0.##", CultureInfo.InvariantCulture));

    private static XElement Titled(XElement element, string? title)
    {
        if (title is not null)
            element.Add(new XElement(Namespace + "title", title));
        return element;
    }
}
