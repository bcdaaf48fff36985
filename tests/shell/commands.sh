#!/bin/sh
# ./demo and ./check refuse a path they cannot build in, and repeat a step only when its inputs changed.
. "$(dirname "$0")/tap.sh"
tap_folder

mkdir -p "$work/with space" "$work/plain/tools"
for command in demo check; do
    cp "$CX_SRC/$command" "$work/with space/"
    mkdir -p "$work/with space/tools"
    cp "$CX_SRC/tools/setup.sh" "$work/with space/tools/"
    "$work/with space/$command" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status = 2 ]; then ok "$command refuses a path with a space"; else not_ok "$command refuses a path with a space" "status $status"; fi
    runs "$command says why in one sentence" sh -c "test \$(wc -l <'$work/err') = 1 && grep -q 'has a space' '$work/err'"
    runs "$command leaves nothing behind" sh -c "test ! -e '$work/with space/build' && test ! -e '$work/with space/.venv'"
done

# steps SCRIPT: runs a script that has sourced setup.sh in an empty tree
steps() { (root=$work/plain && . "$CX_SRC/tools/setup.sh" && setup_place && eval "$1") >"$work/out" 2>&1; }
count() { wc -l <"$work/count" | tr -d ' '; }
touch_count() { echo x >>"$work/count"; }
: >"$work/count"

steps 'once thing key "doing" touch_count; once thing key "doing" touch_count'
runs "a step with the same key runs once" test "$(count)" = 1
steps 'once thing other "doing" touch_count'
runs "a step with another key runs again" test "$(count)" = 2
fails "a failing step stops the run" steps 'once broken key "doing" sh -c "echo the cause; exit 3"; echo going on'
runs "it prints the cause" grep -q 'the cause' "$work/out"
runs "it does not go on" sh -c "! grep -q 'going on' '$work/out'"
runs "it leaves no stamp" test ! -e "$work/plain/build/stamp/broken"
steps 'run reads "reading" sh -c "read line && echo got"; true'
runs "standard input is not read" sh -c "! grep -q got '$work/plain/build/log/reads.log'"
tap_end
