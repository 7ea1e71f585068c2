#!/usr/bin/env bash
# Publishes samples/Worker trimmed and ahead-of-time compiled, and runs each on a real Postgres: it leads, fences, stops.
set -euo pipefail
# shellcheck source=eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_dotnet
require_postgres
require_native_compiler
