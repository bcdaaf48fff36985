#!/bin/sh
# The dependency law: base <- stat <- metric, and the wings allocate and business never see each other.
. "$(dirname "$0")/tap.sh"

# Which room each public header belongs to: the room of the source that shares its name, or that implements it.
room_of() {
    case $1 in
    export | version | status | alloc | array | arrow | random) echo base ;;
    estimate | table | special | compare | interval | test) echo stat ;;
    tally | metric | scale | index | contact | patience | promise) echo metric ;;
    plan | monitor | gate) echo allocate ;;
    moments | correlate | driver | panel | effect | value | case | regress) echo business ;;
    nonrespondents) echo survey ;;
    *)
        for room in base stat metric survey allocate business; do
            [ -e "$CX_SRC/lib/$room/$1.c" ] && echo $room && return
        done
        echo unknown
        ;;
    esac
}

# What a room may include besides itself.
may() {
    case $1 in
    base) echo "base" ;;
    stat) echo "base stat" ;;
    metric) echo "base stat metric" ;;
    survey) echo "base stat metric survey" ;;
    allocate) echo "base stat metric survey allocate" ;;
    business) echo "base stat metric survey business" ;;
    esac
}

for room in base stat metric survey allocate business; do
    [ -d "$CX_SRC/lib/$room" ] || continue
    found=
    for file in "$CX_SRC/lib/$room"/*.[ch]; do
        [ -e "$file" ] || continue
        for target in $(sed -n 's/^ *# *include *[<"]\([a-z_]*\)\/\([a-z_0-9]*\)\.h[>"].*/\1\/\2/p' "$file"); do
            case $target in
            cxkit/*) other=$(room_of "${target#cxkit/}") ;;
            *) other=${target%%/*} ;;
            esac
            case " $(may $room) " in
            *" $other "*) ;;
            *) found="$found${file#"$CX_SRC/"} includes $target ($other)
" ;;
            esac
        done
        if grep -q '^ *# *include *<cxkit\.h>' "$file"; then
            found="$found${file#"$CX_SRC/"} includes the umbrella
"
        fi
    done
    empty "lib/$room includes only: $(may $room)" "$found"
done

found=$(cd "$CX_SRC" && grep -rnE '# *include *["<](cxkit/|base/|stat/|metric/|allocate/|business/|\.\./)' \
    examples bindings --include='*.[chi]' 2>/dev/null | grep -v '^bindings/.*%include')
empty "examples and bindings see cxkit.h only" "$found"
tap_end
