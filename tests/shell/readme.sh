#!/bin/sh
# The programs in README.md are the examples, letter for letter, and it names nothing that is not there.
. "$(dirname "$0")/tap.sh"
tap_folder
for pair in c:c python:py ruby:rb; do
    language=${pair%:*} example=examples/first-score/first_score.${pair#*:}
    $AWK -v fence='```'"$language" '$0 == "```" { on = 0 } on { print } $0 == fence { on = 1 }' "$CX_SRC/README.md" >"$work/block"
    runs "the $language program of README.md is $example" diff "$CX_SRC/$example" "$work/block"
done
printed=$(cat "$CX_SRC/examples/first-score/first_score.expected")
runs "README.md says what they print" grep -qF "$printed" "$CX_SRC/README.md"
missing=$(grep -o '](\([^)]*\))' "$CX_SRC/README.md" | sed 's/^](//; s/)$//' | while read -r link; do
    [ -e "$CX_SRC/$link" ] || echo "$link"
done)
empty "every link of README.md leads somewhere" "$missing"
unlisted=$(cd "$CX_SRC/docs" && for page in explanation/*.md how-to/*.md reference/*.md validation/*.md; do
    grep -qF "($page)" README.md || echo "$page"
done)
empty "docs/README.md leads to every page" "$unlisted"
tap_end
