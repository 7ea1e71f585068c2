namespace LeaderElection.Faults;

/// <summary>
/// The faults of a run, drawn from its seed alone: all kinds in a random order, then all of them in another, so that
/// every kind comes up as often as any other.
/// </summary>
internal sealed class Deck(RunSettings settings)
{
    private readonly Random _random = new(settings.Seed);
    private readonly Queue<Fault> _cards = new();

    /// <returns>The fault, what was drawn for it, and how long to wait before: renewals go on in the meantime, and the
    /// fault meets them anywhere.</returns>
    public (Fault Fault, FaultDraw Draw, TimeSpan Pause) Next()
    {
        if (_cards.Count == 0)
            Shuffle();
        var dice = new Dice(_random, settings.Times);
        var fault = _cards.Dequeue();
        var pause = dice.Leases(0, 0.4);
        return (fault, fault.Draw(dice), pause);
    }

    private void Shuffle()
    {
        var faults = settings.Faults.ToArray();
        _random.Shuffle(faults);
        foreach (var fault in faults)
            _cards.Enqueue(fault);
    }
}
