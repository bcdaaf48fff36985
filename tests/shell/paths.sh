#!/bin/sh
# No file names a folder of one machine or the address of a package registry.
. "$(dirname "$0")/tap.sh"
files=$(project_files) || { skip "no machine paths" "not a checkout"; tap_end; }
cd "$CX_SRC" || exit 1

# The patterns are put together here so that this file does not match itself.
machine="/wo""rk/|/ho""me/[a-z]|/Us""ers/|/ro""ot/|\.\./sha""red"
registry="pypi\.o""rg|files\.python""hosted|rubygems\.o""rg|registry\.npm""js|deb\.deb""ian\.org|debian\.o""rg/debian|index-u""rl"
found=$(echo "$files" | grep -v '^\.ci/run$' | tr '\n' '\0' | xargs -0 grep -nIE "$machine" -- | cut -c 1-160)
empty "no machine path in the tree" "$found"
found=$(echo "$files" | tr '\n' '\0' | xargs -0 grep -nIE "$registry" -- | cut -c 1-160)
empty "no registry address in the tree" "$found"
tap_end
