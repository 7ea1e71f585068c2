namespace LeaderElection;

/// <summary>
/// Marks the current thread while it runs callbacks or handlers of users on somebody's behalf: a wait for them to end,
/// asked for from inside one, must not wait for itself. A callback runs in the context in which it was registered, so a
/// mark that flows with the code would not be seen.
/// </summary>
internal sealed class CallbackFrame : IDisposable
{
    [ThreadStatic]
    private static CallbackFrame? _innermost;

    private readonly object _owner;
    private readonly CallbackFrame? _around;

    private CallbackFrame(object owner, CallbackFrame? around)
    {
        _owner = owner;
        _around = around;
    }

    public static CallbackFrame Enter(object owner) => _innermost = new CallbackFrame(owner, _innermost);

    public static bool IsInsideOf(object owner)
    {
        for (var frame = _innermost; frame is not null; frame = frame._around)
        {
            if (frame._owner == owner)
                return true;
        }

        return false;
    }

    public void Dispose() => _innermost = _around;
}
