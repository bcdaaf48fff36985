#!/bin/sh
# Const calls of one object run in parallel: tests/property/threads.c under the thread sanitizer.
. "$(dirname "$0")/tap.sh"
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
echo 'int main(void) { return 0; }' >"$room/try.c"
if ! { $CC -fsanitize=thread -pthread "$room/try.c" -o "$room/try" && "$room/try"; } >/dev/null 2>&1; then
    skip "no data race between const calls" "$CC has no thread sanitizer"
    tap_end
fi
runs "the library compiles for the thread sanitizer" \
    $CC -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 -ffp-contract=off -fsanitize=thread -pthread \
    -I"$CX_BUILD/include" -I"$CX_SRC/include" -I"$CX_SRC/lib" "$CX_SRC/tests/property/threads.c" \
    "$CX_SRC"/lib/*/*.c -lm -o "$room/threads"
runs "no data race between const calls" "$room/threads"
tap_end
