#!/bin/sh
# All ways of compiling keep a product and a sum apart, so that they give the same numbers.
. "$(dirname "$0")/tap.sh"
tap_folder
runs "autotools compile with -ffp-contract=off" grep -q '^CX_CFLAGS = .*-ffp-contract=off' "$CX_BUILD/Makefile"
for file in bindings/python/setup.py bindings/ruby/ext/cxkit/extconf.rb; do
    runs "$file compiles with -ffp-contract=off" grep -qE '^[^#]*-ffp-contract=off' "$CX_SRC/$file"
done

# What the flag is for: with a processor that has fused instructions, none is made of a product and a sum.
if echo 'int x;' | $CC -mfma -c -x c - -o "$work/x.o" 2>/dev/null && [ -e "$CX_BUILD/amalgamation/cxkit.c" ]; then
    fused() {
        $CC -std=c11 -O2 -mfma -ffp-contract="$1" -fno-tree-vectorize -S "$CX_BUILD/amalgamation/cxkit.c" -o "$work/$1.s" &&
            grep -cE '\bvfn?m(add|sub)' "$work/$1.s"
    }
    off=$(fused off) fast=$(fused fast)
    asked=$(grep -cE '\bfma\(' "$CX_BUILD/amalgamation/cxkit.c")
    if [ "${off:-0}" -lt "${fast:-0}" ]; then ok "the flag matters: $fast fused instructions without it, $off with it"
    else not_ok "the flag matters" "$fast without it, $off with it"; fi
    if [ "$asked" -gt 0 ] || [ "${off:-0}" = 0 ]; then ok "fused instructions come only from calls of fma"
    else not_ok "fused instructions come only from calls of fma" "$off, and nothing calls fma"; fi
else
    skip "fused instructions" "not a processor with them"
fi
tap_end
