#!/usr/bin/env bash
# All tests, against a real Postgres. The last line says how many passed and failed, over all projects.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres
require_test_servers
require_native_compiler
require_browser

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# One project after the other: the simulation takes every processor, and the tests on Postgres look at the time.
status=0
run dotnet test LeaderElection.sln -c Release -m:1 --logger trx --results-directory "$results" --disable-build-servers "$@" ||
    status=$?

# Adds one attribute of the counters up; a project that ran no test wrote no file.
sum() {
    { grep -ho '<Counters [^>]*' "$results"/*.trx 2> /dev/null || true; } |
        sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ total += $1 } END { print total + 0 }'
}

total=$(sum total)
executed=$(sum executed)
passed=$(sum passed)
failed=$((executed - passed))
skipped=$((total - executed))

if [[ $total -eq 0 ]]; then
    echo "No test ran." >&2
    status=1
fi
if [[ $skipped -gt 0 ]]; then
    echo "$skipped skipped." >&2
    if [[ ${CI:-} == true ]]; then
        status=1
    fi
fi
if [[ $failed -gt 0 ]]; then
    status=1
fi
if [[ $status -ne 0 ]]; then
    echo "The test run failed." >&2
fi
echo "$passed passed, $failed failed"
exit "$status"
