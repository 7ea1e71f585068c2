namespace LeaderElection.AspNetCore;

/// <summary>What a status page shows and allows. Read once, when the page is mapped.</summary>
public sealed class StatusPageOptions
{
    /// <summary>
    /// Whether the page lets people make this instance step down. Whoever can reach the page then can: the app does not
    /// start unless <c>RequireAuthorization()</c>, or <c>AllowAnonymous()</c>, says who that is. False unless set.
    /// </summary>
    public bool AllowStepDown { get; set; }

    /// <summary>
    /// How many event streams of this page are open at a time in this process; more are answered with 503. 100 unless
    /// set; at least 1.
    /// </summary>
    public int MaxEventStreams { get; set; } = 100;

    /// <summary>
    /// How often an event stream repeats the state of an election that did not change. Changes are sent at once. 1 s
    /// unless set; 100 ms to 1 minute.
    /// </summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A stream is cut when one write takes longer: its client does not read.</summary>
    internal TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A stream ends after this time, and a living client comes back. It bounds what the operating system's buffers
    /// hide from <see cref="WriteTimeout"/>, and has the client authorized anew.
    /// </summary>
    internal TimeSpan StreamLifetime { get; set; } = TimeSpan.FromMinutes(5);

    internal void Check(string parameterName)
    {
        if (MaxEventStreams < 1)
            throw new ArgumentException($"MaxEventStreams is {MaxEventStreams}; at least 1 is needed.", parameterName);
        if (RefreshInterval < TimeSpan.FromMilliseconds(100) || RefreshInterval > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException(
                $"RefreshInterval is {RefreshInterval}; it must be from 100 ms to 1 minute.", parameterName);
        }
    }
}
