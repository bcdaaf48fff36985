#!/bin/sh
# Makes ./configure from configure.ac and Makefile.am.
set -eu
cd "$(dirname "$0")"
case $(pwd) in
*[[:space:]]*) echo "autogen.sh: autotools cannot work in a path with a space: $(pwd)" >&2; exit 1 ;;
esac
mkdir -p build-aux
exec autoreconf --install --force --warnings=all,no-obsolete
