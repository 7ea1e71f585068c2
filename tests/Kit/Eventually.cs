using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LeaderElection.Kit;

/// <summary>
/// Waits for what happens by itself, in another thread, process or server, by looking again and again. For a test on a
/// clock that stands still there is nothing to wait for.
/// </summary>
public static class Eventually
{
    /// <summary>How long a test waits for what must happen; only a failing test ever waits that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc cref="SeenAsync"/>
    public static Task TrueAsync(
        Func<bool> condition, TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        TrueAsync(() => Task.FromResult(condition()), patience, what);

    /// <inheritdoc cref="SeenAsync"/>
    public static Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        SeenAsync(condition, static isTrue => isTrue, patience, what, "true");

    /// <summary>Returns when it has come true. What a look throws ends the wait.</summary>
    /// <param name="look">What is looked at.</param>
    /// <param name="isWanted">Whether that is what is waited for.</param>
    /// <param name="patience">How long to look; <see cref="Patience"/> when null.</param>
    /// <param name="what">The compiler fills it in.</param>
    /// <param name="wanted">The compiler fills it in, too.</param>
    /// <returns>The value that was waited for.</returns>
    /// <exception cref="TimeoutException">
    /// It did not come true in time, or a look did not return. The message says what was looked at, and seen last.
    /// </exception>
    public static async Task<T> SeenAsync<T>(
        Func<Task<T>> look, Func<T, bool> isWanted, TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(look))] string what = "",
        [CallerArgumentExpression(nameof(isWanted))] string wanted = "")
    {
        var limit = patience ?? Patience;
        var began = Stopwatch.GetTimestamp();
        var last = "nothing, because the first look has not returned";
        try
        {
            while (true)
            {
                var left = limit - Stopwatch.GetElapsedTime(began);
                var value = await look().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                if (isWanted(value))
                    return value;
                last = value?.ToString() ?? "null";
                if (left <= TimeSpan.Zero)
                    throw new TimeoutException();
                await Task.Delay(Pause);
            }
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(
                $"For {limit.TotalSeconds:0.###} s this was looked at: {what}\nwanted: {wanted}\nseen last: {last}",
                exception);
        }
    }
}
