extern alias PostgresPackage;
global using PostgresPackage::LeaderElection.Postgres;
