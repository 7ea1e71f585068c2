#!/usr/bin/env bash
# Three processes on a real Postgres: a clean stop, a kill -9, a freeze. Exit code 0 only if every promise was kept.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres

build_quietly tests/LeaderElection.Lab samples/FailoverDemo
exec_on_postgres samples/FailoverDemo/bin/Release/net10.0/FailoverDemo.dll
