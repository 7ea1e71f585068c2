using System.Diagnostics;

namespace LeaderElection.Faults;

/// <summary>All that a history file tells, put in order.</summary>
internal sealed class FaultHistory
{
    private readonly Dictionary<(string Node, long Token, long From), StretchLine> _stretches = [];
    private readonly List<RoundHistory> _rounds = [];
    private readonly Dictionary<int, RoundHistory> _roundsByNumber = [];

    /// <param name="lines">All lines, header and footer included.</param>
    /// <exception cref="HistoryIncompleteException">They are not those of a whole run.</exception>
    public FaultHistory(IEnumerable<HistoryLine> lines)
    {
        HeaderLine? header = null;
        FooterLine? footer = null;
        foreach (var line in lines)
        {
            header ??= line as HeaderLine ?? throw new HistoryIncompleteException("The header line is missing.");
            footer = line as FooterLine;
            Take(line);
        }

        Header = header ?? throw new HistoryIncompleteException("There is no line in it.");
        Footer = footer ?? throw new HistoryIncompleteException(
            "The footer line is missing: the run was ended by force, or the file was cut short.");
        if (_stretches.Count == 0)
            throw new HistoryIncompleteException("Nobody ever led in it: there is nothing to judge.");
    }

    public HeaderLine Header { get; }

    public FooterLine Footer { get; }

    public List<NodeLine> Nodes { get; } = [];

    public List<AppendLine> Appends { get; } = [];

    public List<RowLine> Rows { get; } = [];

    public List<NoteLine> Notes { get; } = [];

    public IReadOnlyList<RoundHistory> Rounds => _rounds;

    /// <summary>In the order in which they began.</summary>
    public IReadOnlyList<StretchLine> Stretches =>
        [.. _stretches.Values.OrderBy(stretch => stretch.From).ThenBy(stretch => stretch.Token)];

    /// <summary>The lane that a node runs in.</summary>
    public static string LaneOf(string node) => node.LastIndexOf('.') is > 0 and var dot ? node[..dot] : node;

    public TimeSpan Between(long from, long until) =>
        TimeSpan.FromTicks((long)((Int128)(until - from) * TimeSpan.TicksPerSecond / Header.Frequency));

    /// <summary>The round in which a moment lies: from its fault to the next one. Null before the first.</summary>
    public RoundHistory? RoundAt(long at)
    {
        var (low, high) = (0, _rounds.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_rounds[middle].Fault.InjectedAt <= at)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? null : _rounds[low - 1];
    }

    private void Take(HistoryLine line)
    {
        switch (line)
        {
            case NodeLine node:
                Nodes.Add(node);
                break;
            case StretchLine stretch:
                _stretches[(stretch.Node, stretch.Token, stretch.From)] = stretch;
                break;
            case AppendLine append:
                Appends.Add(append);
                break;
            case RowLine row:
                Rows.Add(row);
                break;
            case NoteLine note:
                Notes.Add(note);
                break;
            case FaultLine fault:
                Begin(new RoundHistory(fault));
                break;
            case HealLine heal:
                Round(heal.Round).HealedAt = heal.HealedAt;
                break;
            case SteadyLine steady:
                Round(steady.Round).Steady = steady;
                break;
            case HeaderLine or FooterLine:
                break;
            default:
                throw new UnreachableException(line.GetType().Name);
        }
    }

    private void Begin(RoundHistory round)
    {
        if (!_roundsByNumber.TryAdd(round.Fault.Round, round))
            throw new HistoryIncompleteException($"Round {round.Fault.Round} begins twice.");
        if (_rounds is [.., var latest] && latest.Fault.InjectedAt >= round.Fault.InjectedAt)
            throw new HistoryIncompleteException($"Round {round.Fault.Round} begins before the one before it.");
        _rounds.Add(round);
    }

    private RoundHistory Round(int number) => _roundsByNumber.GetValueOrDefault(number)
        ?? throw new HistoryIncompleteException($"The fault of round {number} is missing.");
}

/// <summary>One fault and what followed.</summary>
internal sealed class RoundHistory(FaultLine fault)
{
    public FaultLine Fault { get; } = fault;

    /// <summary>Null when the run ended before.</summary>
    public long? HealedAt { get; set; }

    /// <summary>Null when the run ended before.</summary>
    public SteadyLine? Steady { get; set; }
}
