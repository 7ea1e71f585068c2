using System.Data;
using Dapper;

namespace LeaderElection.Postgres.Tests;

public sealed class TypeHandlersTests(TestServer server)
{
    // Found in review: such a handler was applied to the store's rows, and nobody led; it could have made a refusal a
    // grant.
    [Fact]
    public async Task What_an_app_tells_Dapper_about_types_changes_nothing()
    {
        var options = await server.NewSchemaAsync("handlers");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        var claim = Claims.Of("x", "a", TimeSpan.FromMinutes(1)) with { Endpoint = new Uri("http://a/") };
        SqlMapper.AddTypeHandler(new WrongTruth());
        SqlMapper.AddTypeHandler(new NoMoment());
        SqlMapper.PurgeQueryCache();
        try
        {
            await store.InitializeAsync(TestContext.Current.CancellationToken);
            var granted = await store.AcquireAsync(claim, TestContext.Current.CancellationToken);
            var refused = await store.AcquireAsync(claim, TestContext.Current.CancellationToken);
            var token = granted.Lease!.FencingToken;
            var renewed = await store.RenewAsync(
                "x", token, claim.LeaseDuration, TestContext.Current.CancellationToken);
            var released = await store.ReleaseAsync("x", token, TestContext.Current.CancellationToken);

            granted.ShouldBeOfType<LeaseAnswer.Granted>();
            refused.ShouldBeOfType<LeaseAnswer.HeldByAnother>();
            renewed.ShouldBeOfType<LeaseAnswer.Granted>();
            released.ShouldBeTrue();
        }
        finally
        {
            SqlMapper.ResetTypeHandlers();
            SqlMapper.PurgeQueryCache();
        }
    }

    private sealed class WrongTruth : SqlMapper.TypeHandler<bool>
    {
        public override bool Parse(object value) => value is false;

        public override void SetValue(IDbDataParameter parameter, bool value) => parameter.Value = !value;
    }

    private sealed class NoMoment : SqlMapper.TypeHandler<DateTime>
    {
        public override DateTime Parse(object value) => DateTime.UnixEpoch;

        public override void SetValue(IDbDataParameter parameter, DateTime value) =>
            parameter.Value = DateTime.UnixEpoch;
    }
}
