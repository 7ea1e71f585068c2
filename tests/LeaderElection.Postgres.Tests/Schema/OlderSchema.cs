namespace LeaderElection.Postgres.Tests;

/// <summary>What the scripts of earlier versions made, to the letter.</summary>
internal static class OlderSchema
{
    /// <summary>Bears no mark of its version.</summary>
    public static string Version1(string schema) =>
        $"""
        CREATE TABLE IF NOT EXISTS "{schema}"."leader_lease_timeline" (
            system_id bigint NOT NULL,
            timeline bigint NOT NULL,
            token_base bigint NOT NULL,
            since timestamptz NOT NULL,
            PRIMARY KEY (system_id, timeline)
        );
        {FirstOfAll(schema)}
        COMMENT ON TABLE "{schema}"."leader_lease_timeline" IS
            'LeaderElection: timelines of the database that leases were granted on, so that a failover shows.';
        """;

    /// <summary>From before failovers were noticed.</summary>
    public static string FirstOfAll(string schema) =>
        $"""
        CREATE TABLE IF NOT EXISTS "{schema}"."leader_lease" (
            id text PRIMARY KEY,
            leader_id text NOT NULL,
            fencing_token bigint NOT NULL,
            expires_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            endpoint text NULL,
            CHECK (expires_at > created_at),
            UNIQUE (id, fencing_token)
        );
        CREATE INDEX IF NOT EXISTS "leader_lease_expires_at_idx" ON "{schema}"."leader_lease" (expires_at);
        CREATE SEQUENCE IF NOT EXISTS "{schema}"."leader_lease_token_seq" AS bigint;
        COMMENT ON TABLE "{schema}"."leader_lease" IS 'LeaderElection: who leads, and until when. LOGGED on purpose.';
        COMMENT ON SEQUENCE "{schema}"."leader_lease_token_seq" IS
            'LeaderElection: fencing tokens. Outlives the table on purpose: tokens must never fall.';
        """;
}
