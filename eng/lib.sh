# shellcheck shell=bash
# What the scripts share; sourced after `set -euo pipefail`. Leaves the shell in the root of the repository.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

readonly EXIT_NOTHING_TO_RUN_ON=2

fail() {
    echo "$1" >&2
    exit "$EXIT_NOTHING_TO_RUN_ON"
}

# Runs a command so that a signal to this script ends it, too, and is not held back until it is done.
run() {
    local child status=0
    "$@" &
    child=$!
    trap 'kill -TERM "$child" 2> /dev/null || true; wait "$child" || true; exit 143' TERM HUP
    trap 'kill -TERM "$child" 2> /dev/null || true; wait "$child" || true; exit 130' INT
    wait "$child" || status=$?
    trap - TERM HUP INT
    return "$status"
}

# Builds projects, and says something only if that fails.
build_quietly() {
    local log project status=0
    echo "Building …"
    log=$(mktemp)
    # shellcheck disable=SC2064
    trap "rm -f '$log'" EXIT
    for project in "$@"; do
        run dotnet build "$project" -c Release -v quiet --disable-build-servers > "$log" 2>&1 || status=$?
        if [[ $status -ne 0 ]]; then
            cat "$log" >&2
            break
        fi
    done
    rm -f "$log"
    trap - EXIT
    return "$status"
}

require_dotnet() {
    command -v dotnet > /dev/null || fail "The .NET SDK 10 is needed: https://dotnet.microsoft.com/download"
}

# The places where the programs look, too (tests/LeaderElection.Lab/Servers/ServerBinaries.cs).
has_postgres_server() {
    local folder
    for folder in \
        "${LEADER_ELECTION_POSTGRES_PROGRAMS:-/none}" \
        "$(dirname "$(command -v initdb || echo /none/initdb)")" \
        "$(pg_config --bindir 2> /dev/null || echo /none)" \
        /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin; do
        if [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/postgres ]]; then
            return 0
        fi
    done
    return 1
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [[ $(id -u) -eq 0 ]] || { command -v sudo > /dev/null && sudo -n true 2> /dev/null; }
}

can_apt() {
    command -v apt-get > /dev/null && can_be_root
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

# The programs only: no cluster of the system is created or started, now or because of us later.
install_postgres() {
    local settings=/etc/postgresql-common/createcluster.conf kept status=0
    as_root apt-get update -qq || return
    apt_install postgresql-common || return
    kept=$(mktemp)
    cp "$settings" "$kept"
    as_root sed -i -E "s/^#?[[:space:]]*create_main_cluster[[:space:]]*=.*/create_main_cluster = false/" "$settings"
    grep -q '^create_main_cluster = false' "$settings" ||
        echo 'create_main_cluster = false' | as_root tee -a "$settings" > /dev/null
    apt_install postgresql || status=$?
    as_root cp "$kept" "$settings"
    rm -f "$kept"
    return "$status"
}

# The server programs, for servers of our own.
require_postgres_server() {
    local advice="Install the server (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install \
postgresql-server; macOS: brew install postgresql)."
    if has_postgres_server; then
        return
    fi
    can_apt || fail "No Postgres server found. $advice"
    echo "No Postgres server found: installing it with apt-get."
    install_postgres || fail "apt-get could not install Postgres. $advice"
    has_postgres_server || fail "The packages hold no Postgres server. $advice"
}

docker_answers() {
    command -v docker > /dev/null && docker info > /dev/null 2>&1
}

# Any Postgres, in the order of docs and programs: one that is given, server programs, a container.
require_postgres() {
    if [[ -n ${LEADER_ELECTION_POSTGRES:-} ]] || has_postgres_server; then
        return
    fi
    if ! can_apt && docker_answers; then
        return
    fi
    require_postgres_server
}

# Runs a built program beside a Postgres, whose connection string it finds in LEADER_ELECTION_POSTGRES; what was started
# for it is gone when it has ended. In place of this shell, so that signals reach it.
exec_on_postgres() {
    exec dotnet tests/LeaderElection.Lab/bin/Release/net10.0/LeaderElection.Lab.dll dotnet "$@"
}

has_libfaketime() {
    local library
    for library in /usr/lib/*-linux-*/faketime /usr/lib64/faketime /usr/lib/faketime; do
        if [[ -e $library/libfaketimeMT.so.1 ]]; then
            return 0
        fi
    done
    return 1
}

# Debian keeps system programs out of the PATH of users (tests/LeaderElection.Lab/Servers/PgBouncer.cs).
has_pgbouncer() {
    PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/usr/local/bin" command -v pgbouncer > /dev/null
}

# Debian's packages start their services: not now, and not at the next boot because of us. A shell of its own, so that
# whatever ends it, the system's policy is put back.
install_without_services() (
    policy=/usr/sbin/policy-rc.d
    # shellcheck disable=SC2317 # run by the trap
    restore_policy() {
        as_root rm -f "$policy"
        if [[ -e $policy.kept ]]; then
            as_root mv "$policy.kept" "$policy"
        fi
    }
    as_root apt-get update -qq || exit
    if [[ -e $policy ]]; then
        as_root mv "$policy" "$policy.kept" || exit
    fi
    trap restore_policy EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod 755 "$policy"
    apt_install "$@" || exit
    for service in "$@"; do
        as_root systemctl disable --quiet "$service" > /dev/null 2>&1 || true
    done
)

# What the tests put around servers, to break them: a pooler, a clock.
require_test_tools() {
    local missing=() advice
    advice="The tests need PgBouncer and libfaketime on this machine (Debian, Ubuntu: apt-get install pgbouncer \
libfaketime; Fedora: dnf install pgbouncer libfaketime; macOS preloads no libfaketime into a server: run them in a \
Linux container)."
    has_pgbouncer || missing+=(pgbouncer)
    has_libfaketime || missing+=(libfaketime)
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    can_apt || fail "Not found: ${missing[*]}. $advice"
    echo "Not found: ${missing[*]}. Installing with apt-get."
    install_without_services "${missing[@]}" || fail "apt-get could not install ${missing[*]}. $advice"
    if ! has_pgbouncer || ! has_libfaketime; then
        fail "The packages do not hold what they should. $advice"
    fi
}

has_native_compiler() {
    { command -v clang > /dev/null || command -v gcc > /dev/null; } && [[ -e /usr/include/zlib.h || $(uname) == Darwin ]]
}

# What compiles ahead of time; the tests publish a sample so.
require_native_compiler() {
    local advice="Publishing ahead of time needs clang or gcc and zlib's headers (Debian, Ubuntu: apt-get install gcc \
libc6-dev zlib1g-dev; Fedora: dnf install gcc zlib-devel; macOS: xcode-select --install)."
    if has_native_compiler; then
        return
    fi
    if ! can_apt; then
        fail "No native compiler found. $advice"
    fi
    echo "No native compiler found: installing gcc and zlib1g-dev with apt-get."
    as_root apt-get update -qq || fail "apt-get could not be brought up to date. $advice"
    apt_install gcc libc6-dev zlib1g-dev || fail "apt-get could not install gcc. $advice"
    has_native_compiler || fail "The packages hold no compiler. $advice"
}

# Debian's wrapper, Ubuntu's and Google's name for it (tests/LeaderElection.AspNetCore.Tests: Browser.cs).
has_browser() {
    command -v chromium > /dev/null || command -v chromium-browser > /dev/null ||
        command -v google-chrome > /dev/null
}

# The browser in which the tests look at the status page. The test project brings what drives it.
require_browser() {
    local advice="The tests of the status page need Chromium or Chrome in PATH (Debian: apt-get install chromium; \
Fedora: dnf install chromium; Ubuntu, where that package is a snap, and others: https://www.google.com/chrome)."
    if has_browser; then
        return
    fi
    can_apt || fail "No browser found. $advice"
    echo "No browser found: installing chromium with apt-get."
    as_root apt-get update -qq || fail "apt-get could not be brought up to date. $advice"
    apt_install chromium || fail "apt-get could not install chromium. $advice"
    has_browser || fail "The package holds no browser. $advice"
}
