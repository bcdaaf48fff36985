#!/bin/sh
# VERSION is the only place that says the version; every other place agrees.
. "$(dirname "$0")/tap.sh"
version=$(cat "$CX_SRC/VERSION")

same() { if [ "$2" = "$version" ]; then ok "$1 says $version"; else not_ok "$1 says $version" "it says '$2'"; fi; }

case $version in
[0-9]*.[0-9]*.[0-9]*) ok "VERSION is major.minor.patch" ;;
*) not_ok "VERSION is major.minor.patch" "$version" ;;
esac
same "cxkit/version.h" "$(sed -n 's/^#define CX_VERSION_TEXT "\(.*\)"/\1/p' "$CX_BUILD/include/cxkit/version.h")"
same "cxkit.pc" "$(sed -n 's/^Version: //p' "$CX_BUILD/cxkit.pc")"
same "the first section of CHANGELOG.md" \
    "$(sed -n 's/^## \[\{0,1\}\([0-9][0-9.]*\).*/\1/p' "$CX_SRC/CHANGELOG.md" | head -n 1)"
for file in "$CX_BUILD"/python/dist/cxkit-*.tar.gz; do
    [ -e "$file" ] && same "the sdist" "$(tar -xzOf "$file" --wildcards '*/PKG-INFO' | sed -n 's/^Version: //p' | head -n 1)"
done
for file in "$CX_BUILD"/gem/cxkit-*.gem; do
    [ -e "$file" ] && same "the gem" "$(basename "$file" .gem | sed 's/^cxkit-//')"
done
# Nothing else in the tree spells it out.
found=$(cd "$CX_SRC" && grep -nF "\"$version\"" configure.ac Makefile.am bindings/python/pyproject.toml bindings/python/setup.py \
    bindings/ruby/cxkit.gemspec 2>/dev/null)
empty "no build file spells the version out" "$found"
tap_end
