using LeaderElection.Lab;

namespace LeaderElection.Faults;

/// <summary>What a fault can lay hands on, in one round.</summary>
/// <param name="Draw">What was drawn for the round.</param>
/// <param name="Target">Who is hit; the leader for faults that hit everything.</param>
internal sealed record Scene(
    PostgresServer Server, Control Control, IReadOnlyList<Lane> Lanes, FaultDraw Draw, Lane Target) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _held = [];

    /// <summary>What the fault consists in holding on to.</summary>
    public void Hold(IAsyncDisposable something) => _held.Add(something);

    /// <summary>Lets go of what is held.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var something in _held)
            await something.DisposeAsync();
        _held.Clear();
    }
}
