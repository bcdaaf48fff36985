# Sourced by every script here: TAP on standard output, and where things are.
# A script ends with `tap_end`, which prints the plan and fails when a check failed.

CX_SRC=${CX_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
CX_BUILD=${CX_BUILD:-$CX_SRC/build}
CX_VECTORS=${CX_VECTORS:-$CX_SRC/tests/vectors}
CC=${CC:-gcc}
NM=${NM:-nm}
AWK=${AWK:-awk}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}
LC_ALL=C.UTF-8
export LC_ALL CX_SRC CX_VECTORS

tap_count=0
tap_failed=0

ok() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

# not_ok NAME [TEXT]: the text says what was found
not_ok() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $1"
    if [ -n "${2:-}" ]; then echo "$2" | head -n 40 | sed 's/^/# /'; fi
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# empty NAME TEXT: passes when the text is empty
empty() {
    if [ -z "$2" ]; then ok "$1"; else not_ok "$1" "$2"; fi
}

# runs NAME COMMAND...: passes when the command does; shows its output when not
runs() {
    runs_name=$1
    shift
    if runs_out=$("$@" 2>&1); then ok "$runs_name"; else not_ok "$runs_name" "$(echo "$runs_out" | tail -n 40)"; fi
}

# fails NAME COMMAND...: passes when the command fails
fails() {
    fails_name=$1
    shift
    if fails_out=$("$@" 2>&1); then not_ok "$fails_name" "it passed: $*"; else ok "$fails_name"; fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# Files that make the project: what git tracks (new ones too), or everything in a tarball.
project_files() {
    if have git && git -C "$CX_SRC" rev-parse --is-inside-work-tree >/dev/null 2>&1 && [ -e "$CX_SRC/.git" ]; then
        (cd "$CX_SRC" && git ls-files --cached --others --exclude-standard -- "$@" | sort -u |
            while read -r file; do [ -f "$file" ] && echo "$file"; done)
    else
        return 1
    fi
}

tap_folder() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
}

tap_end() {
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
    exit
}
