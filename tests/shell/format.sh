#!/bin/sh
# C is formatted by clang-format 14.
. "$(dirname "$0")/tap.sh"
have clang-format-14 || { skip "C is formatted" "no clang-format-14"; tap_end; }
files=$(project_files 'lib/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'bench/*.[ch]' 'examples/*.[ch]') ||
    { skip "C is formatted" "not a checkout"; tap_end; }
cd "$CX_SRC" || exit 1
for file in $files; do
    runs "$file is formatted" clang-format-14 --dry-run -Werror "$file"
done
tap_end
