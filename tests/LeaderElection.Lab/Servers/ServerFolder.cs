using System.Security.Cryptography;

namespace LeaderElection.Lab;

/// <summary>
/// A temporary folder for one server, owned by the user that it runs as. Deleting the folder ends the server, too, and
/// happens however this process ends.
/// </summary>
internal sealed class ServerFolder : IAsyncDisposable
{
    private readonly ServerUser _user = ServerUser.Choose();
    private readonly Undertaker _undertaker;

    private ServerFolder(string processIdFile)
    {
        // The temporary folder of root may be closed to the user that the server runs as.
        Path = _user.IsOther
            ? Directory.CreateDirectory($"/tmp/leader-election-{RandomHex()}").FullName
            : Directory.CreateTempSubdirectory("leader-election-").FullName;
        _undertaker = new Undertaker(Path, processIdFile);
    }

    public string Path { get; }

    /// <param name="processIdFile">Where below the folder the server notes its process id, in the first line.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left.</param>
    public static async Task<ServerFolder> CreateAsync(string processIdFile, CancellationToken cancellationToken)
    {
        var folder = new ServerFolder(processIdFile);
        try
        {
            await folder.OwnAsync("", cancellationToken).ConfigureAwait(false);
            return folder;
        }
        catch (Exception)
        {
            await folder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static string RandomHex() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes or replaces a file at one stroke: whoever reads it sees the old text or the new one.</summary>
    public async Task WriteAsync(string name, string text, CancellationToken cancellationToken = default)
    {
        var draft = this[$"{name}.draft"];
        await File.WriteAllTextAsync(draft, text, cancellationToken).ConfigureAwait(false);
        await GiveToUserAsync(draft, cancellationToken).ConfigureAwait(false);
        File.Move(draft, this[name], overwrite: true);
    }

    /// <summary>Empty when there is no such file.</summary>
    public async Task<string> ReadAsync(string name) =>
        File.Exists(this[name]) ? await File.ReadAllTextAsync(this[name]).ConfigureAwait(false) : "";

    /// <summary>Gives a folder below, with all that is in it, to the folder's user, and closes it to others.</summary>
    public async Task OwnAsync(string name, CancellationToken cancellationToken)
    {
        await Command.RunAsync("/", cancellationToken, "chmod", "700", this[name]).ConfigureAwait(false);
        await GiveToUserAsync(this[name], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a program as the folder's user, in the folder.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public Task RunAsync(CancellationToken cancellationToken, params IReadOnlyList<string> command) =>
        Command.RunAsync(Path, cancellationToken, _user.Wrap(command));

    public ValueTask DisposeAsync() => _undertaker.DisposeAsync();

    private Task GiveToUserAsync(string path, CancellationToken cancellationToken) => _user.Name is { } name
        ? Command.RunAsync("/", cancellationToken, "chown", "-R", name, path)
        : Task.CompletedTask;
}
