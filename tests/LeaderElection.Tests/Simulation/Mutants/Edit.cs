namespace LeaderElection.Tests.Simulation;

/// <summary>
/// A change to the production code, bound to a member of a type, wherever its file lies. White space, line breaks and
/// comments count neither in what is looked for nor in what it is looked for in.
/// </summary>
/// <param name="Type">The type; a nested one with those around it, as in <c>Outer.Inner</c>.</param>
/// <param name="Member">The member; a constructor has its type's name. Null for the type itself.</param>
/// <param name="Find">What must stand in the member just once. Null for all of the member.</param>
/// <param name="Put">Stands there instead.</param>
internal sealed record Edit(string Type, string? Member, string? Find, string Put)
{
    public static Edit Swap(string type, string member, string find, string put) => new(type, member, find, put);

    public static Edit Drop(string type, string member, string find) => new(type, member, find, "");

    /// <param name="type">The type.</param>
    /// <param name="member">It must have no overloads.</param>
    /// <param name="put">The whole new member.</param>
    public static Edit Rewrite(string type, string member, string put) => new(type, member, null, put);

    public static Edit Add(string type, string put) => new(type, null, null, put);
}
