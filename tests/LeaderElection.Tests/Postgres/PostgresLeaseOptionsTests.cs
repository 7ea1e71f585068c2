namespace LeaderElection.Tests;

public sealed class PostgresLeaseOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(600_001)]
    public void A_driver_timeout_out_of_range_is_refused(int milliseconds) => Refused(
        new PostgresLeaseOptions { DriverTimeout = TimeSpan.FromMilliseconds(milliseconds) })
        .ShouldContain("DriverTimeout");

    [Theory]
    [InlineData(0)]
    [InlineData(-1000)]
    [InlineData(600_001)]
    public void A_grace_that_is_no_grace_is_refused(int milliseconds) => Refused(
        new PostgresLeaseOptions { FenceGrace = TimeSpan.FromMilliseconds(milliseconds) }).ShouldContain("FenceGrace");

    private static string Refused(PostgresLeaseOptions options) =>
        Should.Throw<ArgumentException>(() => new PostgresLeaseStore("Host=db", options)).Message;
}
