namespace LeaderElection.Postgres;

/// <summary>Where leases are kept in the database, and how it is talked to. Read once, when the store is
/// made.</summary>
public sealed class PostgresLeaseOptions
{
    internal static readonly TimeSpan ShortestDriverTimeout = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan LongestDriverTimeout = TimeSpan.FromMinutes(10);

    private TimeSpan? _driverTimeout;

    /// <summary>
    /// The schema of the table; it must exist. Quoted wherever it is used, so capitals and signs count. At most 63
    /// bytes.
    /// </summary>
    public string Schema { get; set; } = "public";

    /// <summary>
    /// The table; its sequence is <c>{table}_token_seq</c> beside it, and <c>{table}_timeline</c> holds the timelines
    /// of the database that were met. Quoted wherever it is used. At most 48 bytes.
    /// </summary>
    public string TableName { get; set; } = "leader_lease";

    /// <summary>
    /// Whether to create what is missing of the tables and the sequence, and to bring up those of an older version, for
    /// which the role has to own them. When false, either is an error that names
    /// <see cref="PostgresLeaseSchema.CreateScript"/>; the role then needs no right to create. What somebody damaged is
    /// an error in any case.
    /// </summary>
    public bool CreateTable { get; set; } = true;

    /// <summary>
    /// Whether to tell of hand-overs with NOTIFY and to hold one connection in LISTEN. Without it a hand-over takes up
    /// to a poll instead of milliseconds. Switch it off where the database has no notifications.
    /// </summary>
    public bool UseNotifications { get; set; } = true;

    /// <summary>
    /// What the connect, command and cancellation timeouts of the store's own data source follow (whole seconds upwards
    /// where the driver counts in seconds). Keep it at the electors' <see cref="LeaderElectionOptions.StoreTimeout"/>;
    /// <c>UsePostgres</c> does, as far as the range goes. 1.5 s unless set; from 10 ms to 10 min.
    /// </summary>
    public TimeSpan DriverTimeout
    {
        get => _driverTimeout ?? DriverTimeoutUnlessSet;
        set => _driverTimeout = value;
    }

    /// <summary>
    /// How much longer than the lease, as it is when a transaction is fenced, the server lets that transaction be idle
    /// or run one statement: what a dead leader's open transaction can delay the next one by. 5 s unless set; from 1 ms
    /// to 10 min.
    /// </summary>
    public TimeSpan FenceGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What <see cref="DriverTimeout"/> is as long as nobody sets it.</summary>
    internal TimeSpan DriverTimeoutUnlessSet { get; set; } = TimeSpan.FromSeconds(1.5);

    internal PostgresLeaseOptions Copy() => (PostgresLeaseOptions)MemberwiseClone();

    /// <summary>A copy of them; of the defaults when null.</summary>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    internal static PostgresLeaseOptions Checked(PostgresLeaseOptions? options)
    {
        options = options?.Copy() ?? new PostgresLeaseOptions();
        if (options.DriverTimeout < ShortestDriverTimeout || options.DriverTimeout > LongestDriverTimeout)
        {
            throw new ArgumentException(
                $"DriverTimeout is {options.DriverTimeout}; it must be from 10 ms to 10 min.", nameof(options));
        }

        if (options.FenceGrace < TimeSpan.FromMilliseconds(1) || options.FenceGrace > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException(
                $"FenceGrace is {options.FenceGrace}; it must be from 1 ms to 10 min.", nameof(options));
        }

        return options;
    }
}
