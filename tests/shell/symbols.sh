#!/bin/sh
# Exported symbols, lib/cxkit.sym and the declarations in the headers are the same set.
. "$(dirname "$0")/tap.sh"
tap_folder
list=$CX_SRC/lib/cxkit.sym
library=$CX_BUILD/.libs/libcxkit.so

sort -u "$list" >"$work/sorted"
runs "lib/cxkit.sym is sorted, each name once" diff "$list" "$work/sorted"

# Declarations: the compiler's own view, so macros and comments cannot mislead.
echo '#include <cxkit.h>' | $CC -std=c11 -E -P -I"$CX_BUILD/include" -I"$CX_SRC/include" - | tr '\n' ' ' | tr ';' '\n' |
    grep 'visibility("default")' | grep -oE '\bcx_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u >"$work/declared"
runs "every name in lib/cxkit.sym is declared in a header" sh -c "comm -23 '$list' '$work/declared' | grep . && exit 1; exit 0"
runs "every declared function is in lib/cxkit.sym" sh -c "comm -13 '$list' '$work/declared' | grep . && exit 1; exit 0"

if [ -e "$library" ]; then
    $NM -D --defined-only "$library" | $AWK '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$work/exported"
    runs "the shared library exports lib/cxkit.sym and nothing else" diff "$list" "$work/exported"
    bad=$($NM -D --defined-only "$library" | $AWK '$2 != "A" && $3 !~ /@@CXKIT_/ { print $3 }')
    empty "every exported symbol has a version" "$bad"
else
    skip "exports of the shared library" "no shared library in this build"
fi
tap_end
