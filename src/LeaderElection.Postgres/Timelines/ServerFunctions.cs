namespace LeaderElection.Postgres;

/// <summary>What a server tells about itself, of what not every server that speaks Postgres offers to every
/// role.</summary>
[Flags]
internal enum ServerFunctions
{
    None = 0,

    /// <summary>Which system it is, so that an upgrade or a restore shows.</summary>
    SystemId = 1,

    /// <summary>Which timeline it runs on, so that a promotion shows.</summary>
    Timeline = 2,

    All = SystemId | Timeline,
}
