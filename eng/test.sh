#!/usr/bin/env bash
# All tests, against a real Postgres: the machine's, or each of the versions that are named. What depends on no version
# runs once, beside the last of them. What else is given goes to dotnet test. The last line says how many passed and
# failed, over all.
#   eng/test.sh [--postgres 13,18|all] [--filter …]
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=eng/versions.sh
source eng/versions.sh

# What a version of Postgres can make fail.
readonly ON_EVERY_VERSION=tests/LeaderElection.Postgres.Tests

versions=()
if [[ ${1:-} == --postgres ]]; then
    [[ -z ${LEADER_ELECTION_POSTGRES:-} ]] ||
        fail "--postgres starts servers of its own, and LEADER_ELECTION_POSTGRES names another. Unset one of them."
    list=$(postgres_versions "${2:-}")
    read -r -a versions <<< "$list"
    shift 2
fi
arguments=("$@")

require_dotnet
if [[ ${#versions[@]} -eq 0 ]]; then
    require_postgres_server
fi
for version in "${versions[@]}"; do
    require_postgres_version "$version"
done
require_test_tools
require_native_compiler
require_browser
build_quietly LeaderElection.sln

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
lines=()
status=0

# Adds one attribute of the counters below a folder up; a project that ran no test wrote no file.
sum() {
    { grep -rho '<Counters [^>]*' "$1" || true; } |
        sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" | awk '{ total += $1 } END { print total + 0 }'
}

passed_and_failed() {
    local passed
    passed=$(sum "$1" passed)
    echo "$passed passed, $(($(sum "$1" executed) - passed)) failed"
}

# One project after the other: the simulation takes every processor, and the tests on Postgres look at the time.
test_projects() {
    local label=$1 folder project began=$SECONDS
    shift
    folder=$(mktemp -d "$results/XXXXXX")
    for project in "$@"; do
        run dotnet test "$project" -c Release --no-build --logger trx --results-directory "$folder" \
            --disable-build-servers "${arguments[@]}" || status=1
    done
    lines+=("$label: $(passed_and_failed "$folder") in $((SECONDS - began)) s")
}

on_postgres() {
    LEADER_ELECTION_POSTGRES_VERSION=$1 LEADER_ELECTION_POSTGRES_PROGRAMS=$(postgres_programs "$1") "${@:2}"
}

others=()
for project in tests/*.Tests; do
    [[ $project == "$ON_EVERY_VERSION" ]] || others+=("$project")
done

if [[ ${#versions[@]} -eq 0 ]]; then
    test_projects "Other projects" "${others[@]}"
    test_projects "The machine's Postgres" "$ON_EVERY_VERSION"
else
    on_postgres "${versions[-1]}" test_projects "Other projects" "${others[@]}"
fi
for version in "${versions[@]}"; do
    on_postgres "$version" test_projects "Postgres $version" "$ON_EVERY_VERSION"
done

total=$(sum "$results" total)
executed=$(sum "$results" executed)
if [[ $total -eq 0 ]]; then
    echo "No test ran." >&2
    status=1
fi
if [[ $total -gt $executed ]]; then
    echo "$((total - executed)) skipped." >&2
    if [[ ${CI:-} == true ]]; then
        status=1
    fi
fi
if [[ $(sum "$results" passed) -ne $executed ]]; then
    status=1
fi
if [[ $status -ne 0 ]]; then
    echo "The test run failed." >&2
fi
printf '%s\n' "${lines[@]}"
passed_and_failed "$results"
exit "$status"
