using System.Xml.Linq;

namespace LeaderElection.Faults;

internal static class TimeLine
{
    public static XDocument Draw(FaultHistory history, Verdict verdict) => new(new XElement("svg"));
}
