#!/bin/sh
# The gem, built from its own sources, passes its tests. `ruby.sh system` builds it against the installed
# library instead of the copy inside.
. "$(dirname "$0")/tap.sh"
tap_folder
mode=${1:-own}
if [ "$mode" = system ]; then
    CXKIT_SYSTEM=1
    export CXKIT_SYSTEM
fi
log=$CX_BUILD/ruby-$mode.log
set -- "$CX_BUILD"/gem/cxkit-*.gem
if ! "$RUBY" -S gem install --local --quiet --no-document --install-dir "$work/gems" "$1" >"$log" 2>&1; then
    not_ok "the gem builds and installs ($mode)" "$(tail -n 40 "$log"; cat "$work"/gems/extensions/*/*/*/mkmf.log 2>/dev/null | tail -n 20)"
    tap_end
fi
ok "the gem builds and installs ($mode)"

cd "$work" || exit 1
GEM_PATH=$work/gems:$("$RUBY" -S gem environment gempath)
export GEM_PATH
# Ruby warns of a private helper that takes another one's name: both are methods of one module.
"$RUBY" -w -e 'gem "cxkit"; require "cxkit"' 2>&1 </dev/null | grep redefined >"$work/redefined"
runs "no method is defined twice ($mode)" test ! -s "$work/redefined"
for expected in "$CX_SRC"/examples/*/*.expected; do
    example=${expected%.expected}.rb
    "$RUBY" -e 'gem "cxkit"; load ARGV[0]' "$example" >"$work/printed" 2>&1 </dev/null
    runs "${example#"$CX_SRC/"} prints what the C program does ($mode)" diff "$expected" "$work/printed"
done
"$RUBY" -e 'gem "cxkit"; require "cxkit"; Dir[File.join(ENV.fetch("CX_SRC"), "bindings/ruby/tests/test_*.rb")].sort.each { |f| require f }' \
    -- --verbose >"$log" 2>&1 </dev/null
status=$?
$AWK -v count="$tap_count" '
    / = [0-9.]+ s = [.FES]$/ {
        name = $0; sub(/ = [0-9.]+ s = .$/, "", name); mark = substr($0, length($0))
        if (mark == ".") { print "ok " ++count " - " name; passed++ }
        else if (mark == "S") print "ok " ++count " - " name " # SKIP"
        else print "not ok " ++count " - " name
    }
    END { print "1.." count; exit !passed }' "$log"
counted=$?
if [ $status != 0 ] || [ $counted != 0 ]; then
    tail -n 200 "$log" | sed 's/^/# /'
    echo "Bail out! minitest ended with $status"
    exit 1
fi
