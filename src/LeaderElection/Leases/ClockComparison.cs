namespace LeaderElection;

/// <summary>The store's clock beside this machine's between two answers, each of which took some time.</summary>
/// <param name="Jump">
/// By how much the store's clock jumped at least, ahead or back; zero when what the answers took explains the
/// difference, give or take what is tolerated. To warn by.
/// </param>
/// <param name="WasSteady">
/// Whether it cannot have jumped by more than is tolerated, wherever between question and answer it was read. To rely
/// on: after slow answers nobody knows.
/// </param>
internal readonly record struct ClockComparison(TimeSpan Jump, bool WasSteady)
{
    public static ClockComparison Of(TimeSpan passedThere, TimeSpan shortest, TimeSpan longest, TimeSpan tolerated)
    {
        var ahead = passedThere - longest;
        var behind = passedThere - shortest;
        var atLeast = ahead > TimeSpan.Zero ? ahead : behind < TimeSpan.Zero ? behind : TimeSpan.Zero;
        return new ClockComparison(
            Jump: atLeast.Duration() > tolerated ? atLeast : TimeSpan.Zero,
            WasSteady: ahead.Duration() <= tolerated && behind.Duration() <= tolerated);
    }
}
