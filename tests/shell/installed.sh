#!/bin/sh
# The installed copy serves a C program, the examples and the bindings, and only through pkg-config's flags.
#
#     installed.sh INCLUDEDIR LIBDIR [python] [ruby]
. "$(dirname "$0")/tap.sh"
tap_folder
includedir=$1 libdir=$2
shift 2
PKG_CONFIG_PATH=$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PKG_CONFIG_PATH LD_LIBRARY_PATH
unset CPATH C_INCLUDE_PATH LIBRARY_PATH

cat >"$work/use.c" <<'END'
#include <cxkit.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    puts(cx_version());
    return strcmp(cx_version(), CX_VERSION_TEXT) != 0;
}
END
cd "$work" || exit 1
flags=$($PKG_CONFIG --cflags cxkit) && libraries=$($PKG_CONFIG --libs cxkit) || not_ok "pkg-config knows cxkit"
case " $flags " in
*" -I$includedir "*) ok "pkg-config points at the installed headers" ;;
*)
    # A system folder is left out by pkg-config, rightly.
    if [ "$includedir" = /usr/include ]; then ok "pkg-config points at the installed headers"
    else not_ok "pkg-config points at the installed headers" "$flags"; fi ;;
esac
fails "without pkg-config's flags nothing compiles" $CC -std=c11 -c use.c -o use.o
runs "a C program compiles through pkg-config" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror use.c $flags $libraries -o use
runs "and runs" ./use
runs "and it uses the installed shared library" sh -c "ldd ./use | grep -qF '$libdir/libcxkit.so'"
runs "a C program links with the static library" $CC -std=c11 use.c $flags "$libdir/libcxkit.a" $($PKG_CONFIG --static --libs-only-l cxkit | sed 's/-lcxkit//') -o use-static
runs "and runs without the shared one" sh -c "! ldd ./use-static | grep -q cxkit && ./use-static"
$PKG_CONFIG --static --libs cxkit | grep -q -- '-lm' && ok "pkg-config --static asks for libm" || not_ok "pkg-config --static asks for libm"

# Every header that is installed comes from the source, and none is missing.
(cd "$CX_SRC/include" && find . -name '*.h' | sort; echo ./cxkit/version.h) | sort -u >want
(cd "$includedir" && find . -path './cxkit*' -name '*.h' | sort) >have
runs "all public headers are installed, and where they belong" diff want have

# Examples: every C program beside an .expected file prints exactly that.
for source in "$CX_SRC"/examples/*/*.c; do
    [ -e "$source" ] || continue
    name=${source#"$CX_SRC/"}
    runs "$name compiles against the installed copy" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror "$source" $flags $libraries -lm -o example
    if [ -e "${source%.c}.expected" ]; then
        (cd "$(dirname "$source")" && "$work/example") >printed 2>&1
        runs "$name prints ${name##*/} as expected" diff "${source%.c}.expected" printed
    fi
done

for binding; do
    sh "$CX_SRC/tests/shell/$binding.sh" system >"$binding.tap" 2>&1
    status=$?
    sed -n 's/^\(ok\|not ok\) [0-9]* - /\1 - installed: /p' "$binding.tap" >"$binding.lines"
    cat "$binding.lines"
    tap_count=$((tap_count + $(wc -l <"$binding.lines")))
    tap_failed=$((tap_failed + $(grep -c '^not ok' "$binding.lines")))
    [ $status = 0 ] || grep -v '^\(ok\|not ok\) ' "$binding.tap"
    [ $status = 0 ] || grep -q '^not ok' "$binding.lines" || not_ok "the $binding binding works with the installed library"
done
tap_end
