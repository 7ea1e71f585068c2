namespace LeaderElection;

/// <summary>How many may lead at a time.</summary>
public enum ElectionGuarantee
{
    /// <summary>Usually one; during a partition or a pause there can be two or none.</summary>
    BestEffort,

    /// <summary>Never two, under the conditions that docs/guarantees.md states.</summary>
    Exclusive,
}
