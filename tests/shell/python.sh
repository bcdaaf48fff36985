#!/bin/sh
# The Python package, built from the sdist, passes its tests. `python.sh system` compiles the sdist once more,
# against the installed library instead of the copy inside.
. "$(dirname "$0")/tap.sh"
tap_folder
mode=${1:-own} leave_out=
set -- "$CX_BUILD"/python/wheel/cxkit-*.whl
if [ "$mode" = system ]; then
    CXKIT_SYSTEM=1
    export CXKIT_SYSTEM
    leave_out="--ignore-glob=$CX_SRC/bindings/python/tests/test_cli* --ignore-glob=$CX_SRC/bindings/python/tests/test_report*"
    set -- "$CX_BUILD"/python/dist/cxkit-*.tar.gz
fi
log=$CX_BUILD/python-$mode.log
if ! "$PYTHON" -m pip install --quiet --no-index --no-deps --no-build-isolation --no-compile --no-cache-dir \
    --disable-pip-version-check --target "$work/site" "$1" >"$log" 2>&1; then
    not_ok "the sdist builds and installs ($mode)" "$(tail -n 40 "$log")"
    tap_end
fi
ok "the sdist builds and installs ($mode)"

for expected in "$CX_SRC"/examples/*/*.expected; do
    example=${expected%.expected}.py
    PYTHONPATH=$work/site PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$example" >"$work/printed" 2>&1 </dev/null
    runs "${example#"$CX_SRC/"} prints what the C program does ($mode)" diff "$expected" "$work/printed"
done

set -f # the patterns are for pytest
# Away from the source tree, so that only the installed package can be imported.
cd "$work" || exit 1
PYTHONPATH=$work/site PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -m pytest -q -rA --tb=short --color=no -p no:cacheprovider $leave_out \
    --rootdir "$CX_SRC/bindings/python" "$CX_SRC/bindings/python/tests" >"$log" 2>&1 </dev/null
status=$?
$AWK -v count="$tap_count" '
    /^XFAIL / { sub(/^XFAIL /, ""); print "ok " ++count " - " $0 " # SKIP expected to fail" }
    /^(PASSED|XPASS) / { sub(/^[A-Z]+ /, ""); print "ok " ++count " - " $0; passed++ }
    /^(FAILED|ERROR) / { sub(/^[A-Z]+ /, ""); print "not ok " ++count " - " $0 }
    /^SKIPPED \[/ { n = $2; gsub(/[^0-9]/, "", n); sub(/^SKIPPED \[[0-9]+\] /, "")
                    while (n-- > 0) print "ok " ++count " - python # SKIP " $0 }
    END { print "1.." count; exit !passed }' "$log"
counted=$?
if [ $status != 0 ] || [ $counted != 0 ]; then
    tail -n 200 "$log" | sed 's/^/# /'
    echo "Bail out! pytest ended with $status"
    exit 1
fi
