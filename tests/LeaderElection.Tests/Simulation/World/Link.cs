namespace LeaderElection.Tests.Simulation;

/// <summary>
/// The way between an instance and the store, and back. Messages take a while; they are lost, held up and delivered
/// late, and the one who waits is told of an error or of nothing.
/// </summary>
internal sealed class Link(Agenda agenda, Random random, Trace trace, Conditions conditions, int machine)
{
    private readonly List<Action> _held = [];

    public bool SwallowsRequests { get; set; }

    public bool SwallowsAnswers { get; set; }

    public bool Refuses { get; set; }

    /// <summary>Each way.</summary>
    public TimeSpan Delay { get; set; }

    public TimeSpan DelayOfAnswers { get; set; }

    /// <summary>Nothing is lost or late any more.</summary>
    public bool IsCalm { get; set; }

    public bool IsBroken =>
        SwallowsRequests || SwallowsAnswers || Refuses || Delay > TimeSpan.Zero || DelayOfAnswers > TimeSpan.Zero;

    public void SendRequest(Action arrive, Action fail) =>
        Send(arrive, fail, Latency(), SwallowsRequests, Happening.RequestLost, Happening.RequestLate);

    public void SendAnswer(Action arrive, Action fail) =>
        Send(arrive, fail, Latency() + DelayOfAnswers, SwallowsAnswers, Happening.AnswerLost, Happening.AnswerLate);

    /// <summary>Fair weather again: what was held up is sent again, or given up.</summary>
    public void Heal()
    {
        SwallowsRequests = false;
        SwallowsAnswers = false;
        Refuses = false;
        Delay = TimeSpan.Zero;
        DelayOfAnswers = TimeSpan.Zero;
        foreach (var message in _held)
        {
            if (random.Next(2) == 0)
                agenda.Add(random.NextDouble() * TimeSpan.FromSeconds(1), message);
        }

        _held.Clear();
    }

    public TimeSpan Latency() => TimeSpan.FromMilliseconds(0.2 + (2 * random.NextDouble())) + Delay;

    private void Send(Action arrive, Action fail, TimeSpan latency, bool isSwallowed, Happening lost, Happening late)
    {
        if (Refuses)
        {
            trace.Note(Happening.Failed, machine);
            agenda.Add(latency, fail);
        }
        else if (isSwallowed)
        {
            trace.Note(Happening.MessageHeld, machine);
            _held.Add(arrive);
        }
        else if (!IsCalm && random.NextDouble() < conditions.Clumsiness)
        {
            trace.Note(lost, machine);
            if (random.Next(2) == 0)
                agenda.Add(random.NextDouble() * TimeSpan.FromSeconds(2), fail);
        }
        else if (!IsCalm && random.NextDouble() < conditions.Clumsiness)
        {
            trace.Note(late, machine);
            agenda.Add(latency + Math.Pow(random.NextDouble(), 3) * 2 * conditions.LeaseDuration, arrive);
        }
        else
        {
            agenda.Add(latency, arrive);
        }
    }
}
