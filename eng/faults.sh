#!/usr/bin/env bash
# Breaks nodes, network and database at random and judges what was promised meanwhile: three faults of every kind, or for
# as long as you like (eng/faults.sh --duration 8h). --help shows the rest. Exit code 0 only if every promise was kept.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres_server

build_quietly tests/LeaderElection.Faults

# In place of this shell, so that signals reach the runner.
if [[ $# -gt 0 && $1 != -* ]]; then
    exec dotnet tests/LeaderElection.Faults/bin/Release/net10.0/LeaderElection.Faults.dll "$@"
fi
exec dotnet tests/LeaderElection.Faults/bin/Release/net10.0/LeaderElection.Faults.dll run "$@"
