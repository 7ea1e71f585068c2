namespace LeaderElection.Tests.Simulation;

/// <summary>What must hold in every world, at every step.</summary>
internal enum Promise
{
    /// <summary>Two instances never have <c>IsLeader</c> at one moment.</summary>
    OneLeader,

    /// <summary>Every term has a higher token than all before it.</summary>
    TokensRise,

    /// <summary>The store grants nothing beside a living lease and renews none that ran out or is another's.</summary>
    OneLease,

    /// <summary>Nobody is told of a term that was not granted, and every term is told of once, in order.</summary>
    EventsAreTrue,

    /// <summary>A term that was over is never held again.</summary>
    TermsEndForGood,

    /// <summary>A term that the store said is lost is not renewed again.</summary>
    LostIsFinal,

    /// <summary><c>Lost</c> is cancelled before another instance gains.</summary>
    LostComesFirst,

    /// <summary>Work is told to stop, by a token of its own, before another instance gains.</summary>
    WorkIsTold,

    /// <summary>An instance whose work failed stands aside for a while, and until the work is taken up again.</summary>
    NobodyLeadsIdle,

    /// <summary>Work never runs in two instances.</summary>
    WorkIsAlone,

    /// <summary>Nobody runs for office while its last term's work still runs.</summary>
    WorkComesToAnEnd,

    /// <summary>A lease is given away only when no work of its term runs.</summary>
    ReleaseAfterWork,

    /// <summary>The store accepts no fenced write of an old term.</summary>
    FenceHolds,

    /// <summary>Who gave the leadership away sits out the cool-down.</summary>
    CooldownIsKept,

    /// <summary>Once faults stop there is a leader within one lease and two polls, and it stays.</summary>
    LeaderComesBack,

    /// <summary>Then everybody who contends knows who leads.</summary>
    LeaderIsKnown,

    /// <summary>A stop and a release end in time.</summary>
    StopEnds,

    /// <summary>After a stop no timer, task or subscription is left.</summary>
    NothingIsLeft,

    /// <summary>No exception but those of users and of the store comes out of the elector, or into its log.</summary>
    NothingFails,

    /// <summary>The elector never leaves the simulated time, and never stops it by a loop that does not wait.</summary>
    StaysInTime,
}
