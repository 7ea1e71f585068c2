using LeaderElection.Testing;

namespace LeaderElection.Faults;

/// <summary>What a fault can lay hands on, in one round.</summary>
/// <param name="Draw">What was drawn for the round.</param>
/// <param name="Target">Who is hit; the leader for faults that hit everything.</param>
internal sealed record Scene(
    PostgresServer Server, Control Control, IReadOnlyList<Lane> Lanes, FaultDraw Draw, Lane Target);
