#!/usr/bin/env bash
# Three processes on a real Postgres: a clean stop, a kill -9, a freeze. Exit code 0 only if every promise was kept.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres

echo "Building …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! run dotnet build samples/FailoverDemo -c Release -v quiet --disable-build-servers > "$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"

# In place of this shell, so that signals reach the demo.
exec dotnet samples/FailoverDemo/bin/Release/net10.0/FailoverDemo.dll
