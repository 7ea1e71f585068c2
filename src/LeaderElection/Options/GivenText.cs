namespace LeaderElection;

/// <summary>What somebody wrote for an option, and where: a configuration key or a variable.</summary>
internal readonly record struct GivenText(string Text, string Source);
