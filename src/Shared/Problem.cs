namespace LeaderElection;

/// <summary>An error as people read it in a log.</summary>
internal static class Problem
{
    /// <summary>In one line, with the cause that began it; the stack is for those who look for it.</summary>
    public static string In(Exception? error)
    {
        if (error is null)
            return "No answer.";

        // The first met only its own cancellation afterwards, the second has said all of it.
        var cause = error is TimeoutException or LeaseStoreException ? error : error.GetBaseException();
        var text = cause.Message == error.Message ? error.Message : $"{error.Message} ({cause.Message})";
        return text.ReplaceLineEndings(" ");
    }
}
