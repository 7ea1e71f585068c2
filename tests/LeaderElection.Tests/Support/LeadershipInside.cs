namespace LeaderElection.Tests;

/// <summary>What only tests see of the term behind a leadership.</summary>
internal static class LeadershipInside
{
    extension(Leadership leadership)
    {
        public bool IsOver => Term.Of(leadership).IsOver;

        public LeadershipChangeReason? EndReason => Term.Of(leadership).EndReason;

        public bool HasWork => Term.Of(leadership).HasWork;
    }
}
