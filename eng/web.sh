#!/usr/bin/env bash
# Two replicas of samples/WebApp on a real Postgres, until Ctrl+C: leader-only endpoints, health, the status page.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres

build_quietly tests/LeaderElection.Lab samples/WebReplicas
exec_on_postgres samples/WebReplicas/bin/Release/net10.0/WebReplicas.dll "$@"
