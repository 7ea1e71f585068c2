namespace LeaderElection.Tests.Simulation;

/// <summary>One instance's way to use the store: what its elector is given.</summary>
internal sealed class StoreClient(World world, SimulatedInstance owner, Link link) : ILeaseStore
{
    private readonly List<Subscription> _subscriptions = [];

    // The term of which its elector has heard, in time, that it is lost.
    private long? _heardLost;

    public int Subscriptions => _subscriptions.Count;

    public bool IsListening { get; private set; } = true;

    private StoreServer Server => world.Server;

    private Random Random => world.Random;

    public Task InitializeAsync(CancellationToken cancellationToken) =>
        CallAsync(StoreOperation.Initialize, static () => true, cancellationToken);

    public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        world.Referee.NoteCandidacy(owner);
        return CallAsync(
            StoreOperation.Acquire,
            () =>
            {
                var answer = Done(Server.Leases.AcquireAsync(claim, CancellationToken.None));
                world.Referee.NoteAcquire(owner, claim, answer);
                return answer;
            },
            cancellationToken);
    }

    public Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        if (fencingToken == _heardLost)
        {
            world.Referee.Break(
                Promise.LostIsFinal, $"{Referee.Name(owner)} renews {fencingToken} although it heard that it is lost");
        }

        return CallAsync(
            StoreOperation.Renew,
            () =>
            {
                var answer = Done(
                    Server.Leases.RenewAsync(electionName, fencingToken, leaseDuration, CancellationToken.None));
                world.Referee.NoteRenewal(owner, fencingToken, leaseDuration, answer);
                return answer;
            },
            cancellationToken,
            answer => _heardLost = answer is LeaseAnswer.Lost ? fencingToken : _heardLost);
    }

    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
        CallAsync(
            StoreOperation.Release,
            () =>
            {
                var wasHeld = Done(Server.Leases.ReleaseAsync(electionName, fencingToken, CancellationToken.None));
                world.Referee.NoteRelease(owner, fencingToken, wasHeld);
                return wasHeld;
            },
            cancellationToken);

    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) => CallAsync(
        StoreOperation.Read,
        () => Done(Server.Leases.ReadAsync(electionName, CancellationToken.None)),
        cancellationToken);

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) => CallAsync(
        StoreOperation.DeleteExpired,
        () =>
        {
            var deleted = Done(Server.Leases.DeleteExpiredAsync(expiredFor, CancellationToken.None));
            if (deleted > 0)
                world.Trace.Note(Happening.Deleted, owner.Number, deleted);
            return deleted;
        },
        cancellationToken);

    /// <summary>What the user's transaction does behind a fence: it is accepted while the term has the lease.</summary>
    public void WriteFenced(long fencingToken) => link.SendRequest(
        () => Server.Receive(
            () =>
            {
                var lease = Done(Server.Leases.ReadAsync(Conditions.Election, CancellationToken.None));
                world.Referee.NoteFencedWrite(owner, fencingToken, lease?.FencingToken == fencingToken);
            },
            static () => { }),
        static () => { });

    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        if (!link.IsCalm && Random.NextDouble() < 0.02)
            throw new IOException("The store cannot be listened to.");
        var subscription = new Subscription(this, onHint);
        subscription.Inner = Server.Leases.Subscribe(electionName, subscription.PassOn);
        _subscriptions.Add(subscription);
        return subscription;
    }

    public void SetListening(bool isListening)
    {
        IsListening = isListening;
        foreach (var subscription in _subscriptions.ToArray())
            subscription.OnHint();
    }

    /// <summary>A hint that nothing in the store caused.</summary>
    public void SendHint()
    {
        foreach (var subscription in _subscriptions.ToArray())
            subscription.PassOn();
    }

    /// <summary>The process is gone, and its connections with it.</summary>
    public void Vanish()
    {
        foreach (var subscription in _subscriptions.ToArray())
            subscription.Dispose();
    }

    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static IOException Down() => new("The store is down.");

    private Task<T> CallAsync<T>(
        StoreOperation operation, Func<T> serve, CancellationToken cancellationToken, Action<T>? hear = null)
    {
        if (world.IsOver)
            return Task.FromException<T>(Down());

        world.Trace.Note(Happening.Asked, owner.Number, (long)operation);
        if (!link.IsCalm && Random.NextDouble() < 0.001)
            throw Down();

        var answer = new TaskCompletionSource<T>();
        Action fail = () => owner.Deliver(() => answer.TrySetException(Down()));
        void Answer(T result)
        {
            // What comes too late changes nothing, and is not heard.
            if (!cancellationToken.IsCancellationRequested)
                hear?.Invoke(result);
            answer.TrySetResult(result);
        }

        link.SendRequest(
            () => Server.Receive(
                () =>
                {
                    var result = serve();
                    link.SendAnswer(() => owner.Deliver(() => Answer(result)), fail);
                },
                fail),
            fail);
        cancellationToken.UnsafeRegister(_ => OnCancelled(answer, cancellationToken), null);
        owner.Place.NoteRequest();
        return answer.Task;
    }

    // Drivers obey at once, after a while or never.
    private void OnCancelled<T>(TaskCompletionSource<T> answer, CancellationToken cancellationToken)
    {
        if (answer.Task.IsCompleted)
            return;
        if (Random.Next(3) == 0)
        {
            world.Trace.Note(Happening.CancellationIgnored, owner.Number);
            return;
        }

        world.Agenda.Add(
            Random.Next(2) * link.Latency(), () => owner.Deliver(() => answer.TrySetCanceled(cancellationToken)));
    }

    private sealed class Subscription(StoreClient client, Action onHint) : ILeaseSubscription
    {
        public ILeaseSubscription? Inner { get; set; }

        public bool IsListening => client.IsListening;

        public void OnHint()
        {
            if (client._subscriptions.Contains(this))
                onHint();
        }

        /// <summary>Lost, doubled and late.</summary>
        public void PassOn()
        {
            if (!client.IsListening)
                return;
            var copies = client.Random.Next(20) switch { 0 => 2, 1 => 0, _ => 1 };
            if (copies == 0)
                client.Note(Happening.HintLost);
            if (copies == 2)
                client.Note(Happening.HintDoubled);
            for (var copy = 0; copy < copies; copy++)
                client.Send(this);
        }

        public void Dispose()
        {
            Inner!.Dispose();
            client._subscriptions.Remove(this);
        }
    }

    private void Note(Happening what) => world.Trace.Note(what, owner.Number);

    private void Send(Subscription subscription) => link.SendAnswer(
        () => owner.Deliver(() =>
        {
            Note(Happening.Hint);
            subscription.OnHint();
        }),
        static () => { });
}
