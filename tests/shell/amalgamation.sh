#!/bin/sh
# The library as one file compiles without a warning and links with a small program.
. "$(dirname "$0")/tap.sh"
tap_folder
found=$(cd "$CX_SRC" && for file in lib/*/*.[ch] tests/unit/*/*.c tests/shell/[!t]*.sh; do grep -q "$file" Makefile.am || echo "$file"; done)
empty "Makefile.am lists every source of lib/, every suite and every script" "$found"

flags="-std=c11 -O2 -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
cp "$CX_BUILD/amalgamation/cxkit.c" "$CX_BUILD/amalgamation/cxkit.h" "$work/"
cat >"$work/use.c" <<'END'
#include "cxkit.h"
#include <string.h>

int main(void) { return strcmp(cx_version(), CX_VERSION_TEXT) != 0; }
END
for cc in $CC clang; do
    have "$cc" || { skip "$cc compiles the amalgamation" "no $cc"; continue; }
    runs "$cc compiles the amalgamation without a warning" $cc $flags -c "$work/cxkit.c" -o "$work/cxkit.o"
    runs "a program links with it ($cc)" $cc -std=c11 -Wpedantic -Werror "$work/use.c" "$work/cxkit.o" -lm -o "$work/use"
    runs "and runs ($cc)" "$work/use"
done
if have "${CXX:-g++}"; then
    echo '#include "cxkit.h"' >"$work/use.cc"
    runs "its header is C++17" "${CXX:-g++}" -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$work/use.cc"
fi
$NM --defined-only -g "$work/cxkit.o" | $AWK '{ print $3 }' | grep -v '^cx_i_' | sort >"$work/names"
runs "it defines what lib/cxkit.sym lists" diff "$CX_SRC/lib/cxkit.sym" "$work/names"
tap_end
