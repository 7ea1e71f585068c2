namespace LeaderElection.Lab;

/// <summary>The user that the server runs as: this one, but never root, as which Postgres refuses to run.</summary>
internal sealed record ServerUser(string? Name)
{
    public static ServerUser Choose()
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerUser((string?)null);

        foreach (var name in new[] { "postgres", "nobody" })
        {
            if (Command.TryRun("id", "-u", name) is { ExitCode: 0 })
                return new ServerUser(name);
        }

        throw new InvalidOperationException(
            "Postgres does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as.");
    }

    public bool IsOther => Name is not null;

    /// <summary>The command that runs <paramref name="command"/> as this user.</summary>
    public IReadOnlyList<string> Wrap(params IReadOnlyList<string> command)
    {
        if (Name is null)
            return command;
        if (Command.TryRun("setpriv", "--version") is { ExitCode: 0 }
            && Command.TryRun("id", "-g", Name) is { ExitCode: 0 } group)
        {
            return ["setpriv", $"--reuid={Name}", $"--regid={group.Output}", "--init-groups", "--", .. command];
        }

        if (Command.TryRun("runuser", "--version") is { ExitCode: 0 })
            return ["runuser", "-u", Name, "--", .. command];

        return ["su", "-s", "/bin/sh", Name, "-c", "exec \"$0\" \"$@\"", "--", .. command];
    }
}
