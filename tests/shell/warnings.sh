#!/bin/sh
# gcc and clang compile lib/ without a warning.
. "$(dirname "$0")/tap.sh"
[ -e "$CX_SRC/.git" ] || { skip "no compiler warns" "done in a checkout"; tap_end; }
flags="-std=c11 -O2 -ffp-contract=off -fvisibility=hidden -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -I$CX_BUILD/include -I$CX_SRC/include -I$CX_SRC/lib"
for cc in gcc clang; do
    # clang finds every warning in its front end; gcc finds some while optimising.
    only=$([ $cc = clang ] && echo -fsyntax-only)
    for file in "$CX_SRC"/lib/*/*.c; do
        name="$cc compiles ${file#"$CX_SRC/"} without a warning"
        if have $cc; then runs "$name" $cc $flags $only -c "$file" -o /dev/null; else skip "$name" "no $cc"; fi
    done
done
tap_end
