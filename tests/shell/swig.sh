#!/bin/sh
# The interface files serve the SWIG that makes the packages and the one of the system: what both generate compiles.
. "$(dirname "$0")/tap.sh"
[ -e "$CX_SRC/.git" ] || { skip "wrappers compile" "done in a checkout: a tarball has the wrappers"; tap_end; }
tap_folder
includes="-I$CX_SRC/bindings -I$CX_SRC/bindings/common -I$CX_BUILD/include -I$CX_SRC/include"
errors="-Werror=incompatible-pointer-types -Werror=int-conversion -Werror=implicit-function-declaration"

# compiles LANGUAGE SWIG FLAGS
compiles() {
    name="$1 wrapper of SWIG $("$2" -version | sed -n 's/^SWIG Version //p')"
    folder=$work/$1-$(basename "$(dirname "$2")")-$(cksum <"$2" | cut -d ' ' -f 1)
    mkdir -p "$folder"
    option=$([ "$1" = python ] && echo "-interface _cxkit -outdir $folder")
    runs "$name is generated" "$2" "-$1" $option $includes -I"$CX_SRC/bindings/$1" -o "$folder/wrap.c" "$CX_SRC/bindings/cxkit.i"
    runs "$name compiles" $CC -std=gnu11 -fsyntax-only $errors $3 $includes "$folder/wrap.c"
    if grep -q 'SWIG_VERSION 0x040[2-9]' "$folder/wrap.c" && [ "$1" = python ]; then
        runs "$name keeps to the stable interface" $CC -std=gnu11 -fsyntax-only $errors -DPy_LIMITED_API=0x030b0000 $3 $includes "$folder/wrap.c"
    fi
}

python_flags=$("${PYTHON:-python3}" -c 'import sysconfig; print("-I" + sysconfig.get_path("include"))' 2>/dev/null)
ruby_flags=$("${RUBY:-ruby}" -rrbconfig -e 'puts RbConfig::CONFIG.values_at("rubyhdrdir", "rubyarchhdrdir").map { |d| "-I" + d }.join(" ")' 2>/dev/null)
for swig in "${SWIG:-no}" /usr/bin/swig; do
    [ -x "$swig" ] || { skip "wrappers of $swig" "not installed"; continue; }
    if [ -n "$python_flags" ]; then compiles python "$swig" "$python_flags"; else skip "Python wrapper" "no Python"; fi
    if [ -n "$ruby_flags" ]; then compiles ruby "$swig" "$ruby_flags"; else skip "Ruby wrapper" "no Ruby"; fi
done
tap_end
