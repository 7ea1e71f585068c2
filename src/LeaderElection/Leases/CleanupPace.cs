namespace LeaderElection;

/// <summary>How often a store is cleaned, give or take how much.</summary>
internal sealed record CleanupPace(TimeSpan Interval, TimeSpan JitterRange);
