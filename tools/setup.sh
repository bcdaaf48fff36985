# Sourced by demo and check, with $root set: installs what is missing, then builds. Every step says what it
# does in one line, keeps its log in build/log, and is not repeated when its inputs are the same.
# shellcheck shell=sh

unset PYTHONPATH PYTHONHOME VIRTUAL_ENV CDPATH MAKEFLAGS MFLAGS MAKELEVEL DESTDIR RUBYOPT RUBYLIB GEM_HOME GEM_PATH
LC_ALL=C.UTF-8
PATH=${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH
exec </dev/null
umask 022

build=$root/build
venv=$root/.venv
logs=$build/log
jobs=$(nproc 2>/dev/null || echo 2)
[ "$jobs" -le 8 ] || jobs=8

say() { printf 'cxkit: %s\n' "$*"; }

# stop STATUS TEXT: the last line a failing run prints
stop() {
    stop_status=$1
    shift
    printf 'cxkit: %s\n' "$*" >&2
    exit "$stop_status"
}

setup_place() {
    case $root in
    *[!A-Za-z0-9/._+,@~=-]*)
        stop 2 "the path '$root' has a space or a special character, which autotools cannot build in: move the folder" ;;
    esac
    mkdir -p "$logs" "$build/stamp" || stop 2 "cannot write in $root"
}

# run NAME TEXT COMMAND...: runs a command with its output in build/log/NAME.log; false when it fails,
# after printing the end of the log
run() {
    run_name=$1 run_log=$logs/$1.log
    printf 'cxkit: %s' "$2 ... "
    shift 2
    run_start=$(date +%s)
    if "$@" >"$run_log" 2>&1; then
        printf 'done (%s s)\n' "$(($(date +%s) - run_start))"
    else
        run_status=$?
        printf 'FAILED (%s s)\n' "$(($(date +%s) - run_start))"
        grep -vE '^(make(\[[0-9]+\])?: |make  |PASS|ok |  (CC|CCLD|GEN) )' "$run_log" | tail -n 30 | cut -c 1-400 | sed 's/^/    /' >&2
        printf 'cxkit: the whole log: %s\n' "$run_log" >&2
        return "$run_status"
    fi
}

# must ...: the same, and nothing can go on after a failure
must() { run "$@" || stop 1 "stopped: $run_name failed"; }

# once NAME KEY TEXT COMMAND...: must, unless it was done with the same key. The stamp is written last.
once() {
    once_stamp=$build/stamp/$1 once_key=$2
    [ "$(cat "$once_stamp" 2>/dev/null)" = "$once_key" ] && return 0
    rm -f "$once_stamp"
    once_name=$1
    shift 2
    must "$once_name" "$@"
    printf '%s\n' "$once_key" >"$once_stamp.tmp" && mv "$once_stamp.tmp" "$once_stamp"
}

hash_of() { (cd "$root" && cat "$@" | sha256sum | cut -c 1-32); }

# --- packages of the system ------------------------------------------------------------------------

includes() { echo "#include <$1>" | "${CC:-gcc}" -E - >/dev/null 2>&1; }
have() { command -v "$1" >/dev/null 2>&1; }
has_ruby_header() {
    "$1" -rrbconfig -e 'exit File.exist?(File.join(RbConfig::CONFIG["rubyhdrdir"], "ruby.h"))' 2>/dev/null
}

python_suits() {
    "$1" -c 'import sys, os, sysconfig, venv, ensurepip
sys.exit(sys.version_info < (3, 11) or not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}

# The system's own Python first: what a version manager puts in PATH has often no headers.
find_python() {
    for python in /usr/bin/python3 /usr/bin/python3.14 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11 \
        /usr/local/bin/python3 "$(command -v python3 || :)"; do
        if [ -x "$python" ] && python_suits "$python"; then return 0; fi
    done
    python=
    return 1
}

# The same for Ruby.
find_ruby() {
    for ruby in /usr/bin/ruby "$(command -v ruby || :)"; do
        if [ -x "$ruby" ] && has_ruby_header "$ruby" && "$ruby" -e 'require "minitest"; require "rubygems/package"' 2>/dev/null; then
            return 0
        fi
    done
    ruby=
    return 1
}

# lacking demo|check: the Debian packages of whatever a probe does not find
lacking() {
    have "${CC:-gcc}" || echo gcc
    includes math.h || echo libc6-dev
    includes sqlite3.h || echo libsqlite3-dev
    have make || echo make
    have autoconf || echo autoconf
    have automake || echo automake
    have libtoolize || echo libtool
    have pkg-config || echo pkg-config
    find_python || echo python3 python3-venv python3-dev
    [ "$1" = check ] || return 0
    have g++ || echo g++
    have clang || echo clang
    have clang-format-14 || echo clang-format-14
    includes check.h || echo check
    find_ruby || echo ruby ruby-dev ruby-minitest
    "${ruby:-ruby}" -e 'require "sqlite3"' 2>/dev/null || echo ruby-sqlite3
    have swig || echo swig
    have valgrind || echo valgrind libc6-dbg
    have git || echo git
}

apt() {
    DEBIAN_FRONTEND=noninteractive $as apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o APT::Get::Assume-Yes=true "$@"
}

apt_update() {
    for wait in 5 15 30 0; do
        apt update && return 0
        sleep "$wait"
    done
    return 1
}

# A known list of packages needs no update; an old or empty one does.
apt_install() {
    if apt install --no-install-recommends "$@"; then return 0; fi
    apt_update || echo "apt-get update failed; trying with the lists that are here"
    apt install --no-install-recommends "$@"
}

setup_packages() {
    set -- "$1" $(lacking "$1")
    needed_for=$1
    shift
    [ $# -gt 0 ] || return 0
    have apt-get || stop 2 "please install: $* (Debian's names; there is no apt-get here to do it)"
    if [ "$(id -u)" = 0 ]; then
        as=env
    elif have sudo && sudo -n true 2>/dev/null; then
        as="sudo -n env DEBIAN_FRONTEND=noninteractive"
    else
        stop 2 "please run: sudo apt-get update && sudo apt-get install --no-install-recommends -y $*"
    fi
    must packages "installing packages of the system: $*" apt_install "$@"
    set -- $(lacking "$needed_for")
    [ $# = 0 ] || stop 1 "these are installed, and still do not serve: $* (a Python of at least 3.11 is needed)"
}

# --- Python environment ----------------------------------------------------------------------------

make_venv() {
    rm -rf "$venv" && "$python" -m venv "$venv"
}

pip_install() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes --only-binary :all: "$@"
}

# setup_venv runtime|check
setup_venv() {
    find_python || stop 1 "no Python of at least 3.11 with headers and venv"
    venv_key="$root $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then rm -f "$build/stamp/venv"; fi
    if [ "$(cat "$build/stamp/venv" 2>/dev/null)" != "$venv_key" ]; then rm -f "$build"/stamp/pip-* "$build/stamp/package"; fi
    once venv "$venv_key" "making .venv with $python" make_venv
    once pip-runtime "$(hash_of tools/requirements.lock)" "installing Python packages for reports into .venv" \
        pip_install -r "$root/tools/requirements.lock"
    [ "$1" = check ] || return 0
    once pip-check "$(hash_of tools/requirements.lock tools/requirements-check.lock)" "installing Python packages for the tests into .venv" \
        pip_install -r "$root/tools/requirements-check.lock"
}

# --- the build -------------------------------------------------------------------------------------

configure_in() {
    folder=$1
    shift
    mkdir -p "$folder" && cd "$folder" && "$root/configure" "$@"
}

# setup_configure demo|check: what is configured for ./check serves ./demo too
setup_configure() {
    key=$(hash_of VERSION autogen.sh configure.ac Makefile.am m4/cxkit.m4)
    [ -x "$root/configure" ] && [ -f "$root/Makefile.in" ] || rm -f "$build/stamp/autogen"
    once autogen "$key" "making ./configure" "$root/autogen.sh"
    [ -f "$build/Makefile" ] || rm -f "$build"/stamp/configure-*
    key="$key $root ${CC:-} ${CFLAGS:-}"
    if [ "$1" = check ]; then
        find_ruby
        rm -f "$build/stamp/configure-demo"
        once configure-check "$key $python $ruby" "configuring with both bindings" configure_in "$build" --prefix="$build/installed" \
            --enable-werror --enable-python --enable-ruby PYTHON="$venv/bin/python" RUBY="$ruby" SWIG="$venv/bin/swig"
    elif [ ! -f "$build/stamp/configure-check" ] || [ "$(cut -d ' ' -f 1 "$build/stamp/configure-check")" != "${key%% *}" ]; then
        rm -f "$build/stamp/configure-check"
        once configure-demo "$key $python" "configuring" configure_in "$build" --prefix="$build/installed" \
            PYTHON="$venv/bin/python" SWIG="$venv/bin/swig"
    fi
}

# What a killed make was writing may be cut off, and would look finished to the next one.
in_build() {
    making=$build/stamp/making made=0
    if [ -e "$making" ]; then
        find "$build" -newer "$making" -type f ! -path '*/log/*' ! -path '*/stamp/*' ! -path '*/.deps/*' ! -name Makefile \
            ! -name 'config.*' -delete
    fi
    : >"$making"
    make -C "$build" -j "$jobs" -Otarget "$@" || made=$?
    rm -f "$making"
    return "$made"
}

install_package() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-index --no-deps --force-reinstall \
        "$build"/python/wheel/cxkit-*.whl
}

# The library, the source package made of it, and that package in .venv
setup_package() {
    must library "building the library" in_build all
    must python "building the Python package from its sdist" in_build python-wheel
    [ -x "$venv/bin/cxkit" ] || rm -f "$build/stamp/package"
    once package "$(cat "$build"/python/wheel/cxkit-*.whl | sha256sum)" "installing the Python package into .venv" install_package
}
