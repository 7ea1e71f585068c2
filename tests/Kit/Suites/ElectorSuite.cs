namespace LeaderElection.Kit;

/// <summary>What the elector suites have in common.</summary>
public abstract class ElectorSuite(ElectorUnderTest underTest) : IAsyncLifetime
{
    protected const string ElectionName = ElectorUnderTest.ElectionName;
    protected const string InstanceId = ElectorUnderTest.InstanceId;

    protected ILeaderElector Elector => underTest.Elector;

    public async ValueTask InitializeAsync() => await underTest.PrepareAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await underTest.DisposeAsync();
    }

    protected Task<Leadership> BecomeLeaderAsync() => underTest.BecomeLeaderAsync();

    protected Task LoseLeadershipAsync() => underTest.LoseLeadershipAsync();

    protected Task PassAsync() => underTest.PassAsync();

    protected Task WithinAsync(Task task) => underTest.WithinAsync(task);

    protected async Task<T> WithinAsync<T>(Task<T> task)
    {
        await WithinAsync((Task)task);
        return await task;
    }

    protected static void ShouldBeOver(Leadership term)
    {
        term.IsHeld.ShouldBeFalse();
        term.Remaining.ShouldBe(TimeSpan.Zero);
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        var exception = Should.Throw<LeadershipLostException>(term.ThrowIfLost);
        exception.Message.ShouldContain(term.ElectionName);
        exception.Message.ShouldContain($"term {term.FencingToken}");
    }
}
