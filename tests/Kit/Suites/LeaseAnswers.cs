namespace LeaderElection.Kit;

/// <summary>What an answer carries, whichever case it is.</summary>
public static class LeaseAnswers
{
    extension(LeaseAnswer answer)
    {
        /// <summary>The lease granted or in the way; null for the other cases.</summary>
        public Lease? Lease => answer switch
        {
            LeaseAnswer.Granted granted => granted.Lease,
            LeaseAnswer.HeldByAnother held => held.Lease,
            _ => null,
        };

        /// <summary>After how long to ask again; null unless it is not yet.</summary>
        public TimeSpan? Wait => (answer as LeaseAnswer.NotYet)?.Wait;

        /// <summary>Why nothing is known; null when something is.</summary>
        public Exception? Error => (answer as LeaseAnswer.Unknown)?.Error;
    }
}
