namespace LeaderElection.Lab;

/// <summary>How a throw-away cluster differs from the usual one.</summary>
public sealed record ThrowAwaySettings
{
    /// <summary>Of 127.0.0.1; a free one when null.</summary>
    public int? Port { get; init; }

    /// <summary>The folder with the server programs to run; the machine's when null.</summary>
    public string? Programs { get; init; }

    /// <summary>Lines for <c>postgresql.conf</c>; the last word on a setting is theirs.</summary>
    public string Configuration { get; init; } = "";
}
