namespace LeaderElection.Kit;

/// <summary>What happens to one call of a <see cref="ScriptedStore"/>.</summary>
public abstract class Fault
{
    /// <summary>The call never reaches the store.</summary>
    public static Fault Throw(Exception? exception = null) => new Failing(exception ?? Down(), applies: false);

    /// <summary>The store throws before it returns a task.</summary>
    public static Fault ThrowSynchronously() => new FailingAtOnce();

    /// <summary>The store says that someone has to act.</summary>
    public static Fault Misconfigured(string message) => Throw(new LeaseStoreException(message));

    /// <summary>The call takes effect and its answer is lost: an error instead.</summary>
    public static Fault LoseAnswer() => new Failing(Down(), applies: true);

    /// <summary>The call takes no effect and is never answered, whatever its token says.</summary>
    public static Fault Hang() => new Hanging(applies: false);

    /// <summary>The call takes effect and is never answered.</summary>
    public static Fault ApplyAndHang() => new Hanging(applies: true);

    /// <summary>The call takes effect at once; its answer takes a while, whatever the token says.</summary>
    public static Fault AnswerLate(TimeSpan delay) => new Slow(TimeSpan.Zero, delay);

    /// <summary>The call takes effect only after a while, whatever the token says, and is answered then.</summary>
    public static Fault ApplyLate(TimeSpan delay) => new Slow(delay, TimeSpan.Zero);

    /// <summary>The call never reaches the store, and this is the answer.</summary>
    public static Fault Answer(LeaseAnswer answer) => new Answering(answer);

    /// <summary>The call never reaches the store, which answers null all the same.</summary>
    public static Fault AnswerNull() => new AnsweringNull();

    public abstract Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply);

    private static IOException Down() => new("The store is down.");

    private sealed class Failing(Exception exception, bool applies) : Fault
    {
        public override async Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply)
        {
            if (applies)
                await apply();
            throw exception;
        }
    }

    private sealed class FailingAtOnce : Fault
    {
        public override Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply) => throw Down();
    }

    private sealed class Hanging(bool applies) : Fault
    {
        public override async Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply)
        {
            if (applies)
                await apply();
            return await new TaskCompletionSource<T>().Task;
        }
    }

    private sealed class Slow(TimeSpan before, TimeSpan after) : Fault
    {
        public override async Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply)
        {
            if (before > TimeSpan.Zero)
                await clock.After(before);
            var answer = await apply();
            if (after > TimeSpan.Zero)
                await clock.After(after);
            return answer;
        }
    }

    private sealed class AnsweringNull : Fault
    {
        public override Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply) => Task.FromResult<T>(default!);
    }

    private sealed class Answering(LeaseAnswer answer) : Fault
    {
        public override Task<T> RunAsync<T>(ManualClock clock, Func<Task<T>> apply) =>
            answer is T given ? Task.FromResult(given) : apply();
    }
}
