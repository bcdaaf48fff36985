#!/bin/sh
# Each public header compiles alone, as C11 and as C++17, and the umbrella includes them all.
. "$(dirname "$0")/tap.sh"
tap_folder
CXX=${CXX:-g++}
flags="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$CX_BUILD/include -I$CX_SRC/include"

for header in "$CX_SRC"/include/cxkit.h "$CX_SRC"/include/cxkit/*.h "$CX_BUILD"/include/cxkit/version.h; do
    name=${header#*/include/}
    echo "#include <$name>" >"$work/alone.c"
    runs "<$name> alone is C11" $CC -std=c11 -Wstrict-prototypes $flags "$work/alone.c"
    if have "$CXX"; then
        cp "$work/alone.c" "$work/alone.cc"
        runs "<$name> alone is C++17" "$CXX" -std=c++17 $flags "$work/alone.cc"
    else
        skip "<$name> alone is C++17" "no C++ compiler"
    fi
    [ "$name" = cxkit.h ] && continue
    runs "cxkit.h includes <$name>" grep -q "^#include <$name>" "$CX_SRC/include/cxkit.h"
    runs "<$name> is installed" grep -q "include/$name" "$CX_SRC/Makefile.am"
done
tap_end
