namespace LeaderElection.Tests;

public class ReadinessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly ManualClock _clock = new();
    private readonly ScriptedStore _store;
    private readonly Readiness _readiness;

    public ReadinessTests()
    {
        _store = new ScriptedStore(_clock);
        _readiness = new Readiness(_store, _clock);
    }

    [Fact]
    public async Task However_many_ask_the_store_is_made_ready_once()
    {
        _store.Next(StoreOperation.Initialize, Fault.AnswerLate(TimeSpan.FromSeconds(1)));

        var asked = Enumerable.Range(0, 100).Select(_ => _readiness.EnsureAsync(Limit)).ToList();
        _clock.Advance(TimeSpan.FromSeconds(1));
        asked.Add(_readiness.EnsureAsync(Limit));

        (await Task.WhenAll(asked)).ShouldAllBe(error => error == null);
        _store.Count(StoreOperation.Initialize).ShouldBe(1);
    }

    [Fact]
    public void Everybody_who_waits_goes_on_where_the_store_was_made_ready()
    {
        _store.Next(StoreOperation.Initialize, Fault.AnswerLate(TimeSpan.FromSeconds(1)));
        var threads = new List<int>();
        for (var asked = 0; asked < 3; asked++)
            _ = NoteThreadAsync(threads);

        _clock.Advance(TimeSpan.FromSeconds(1));

        threads.ShouldBe(Enumerable.Repeat(Environment.CurrentManagedThreadId, 3));
    }

    [Fact]
    public async Task Everybody_who_waits_hears_of_a_failure_and_the_next_one_tries_again()
    {
        _store.Next(StoreOperation.Initialize, Fault.Misconfigured("no such schema"));

        (await _readiness.EnsureAsync(Limit)).ShouldBeOfType<LeaseStoreException>();

        (await _readiness.EnsureAsync(Limit)).ShouldBeNull();
        _store.Count(StoreOperation.Initialize).ShouldBe(2);
    }

    [Fact]
    public async Task One_that_hangs_is_given_up_and_tried_again()
    {
        _store.Next(StoreOperation.Initialize, Fault.Hang());
        var first = _readiness.EnsureAsync(Limit);
        _clock.Advance(Limit);
        (await first).ShouldBeOfType<TimeoutException>();

        (await _readiness.EnsureAsync(Limit)).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_doubted_is_looked_at_again()
    {
        await _readiness.EnsureAsync(Limit);

        _readiness.Doubt();
        await _readiness.EnsureAsync(Limit);

        _store.Count(StoreOperation.Initialize).ShouldBe(2);
    }

    private async Task NoteThreadAsync(List<int> threads)
    {
        await _readiness.EnsureAsync(Limit).ConfigureAwait(false);
        threads.Add(Environment.CurrentManagedThreadId);
    }
}
