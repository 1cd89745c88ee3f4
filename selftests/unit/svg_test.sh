#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The SVG picture: valid XML that says what the text picture says, harmless
# whatever a program is called, and right in a browser.
. ./tap.sh

pictures=$PWD/pictures

svg()	# FILE ID [OPTION...]
{
	local file=$1 id=$2

	shift 2
	"$TCPLEDGER" show "$id" --svg - --file "$file" "$@"
}

texts()	# the text elements, a line each
{
	xmllint --xpath '//*[local-name()="text"]' "$1" | sed 's/<\/text>/&\n/g' | sed 's/<[^>]*>//g' |
		sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g'
}

segments() { grep -oE '[A-Z,]+ seq=-?[0-9]+( ack=-?[0-9]+)? win=[0-9]+ len=[0-9]+' | sort; }
moments() { grep -oE '^ *[0-9]+\.[0-9]{6}\b' | tr -d ' '; }


check_svg()	# FILE ID
{
	local what

	what="$(basename "$1" .records) $2"
	svg "$1" "$2" >"$tap_dir/svg"
	tap_true "$what: is valid XML" xmllint --noout --nonet "$tap_dir/svg"
	tap_is "$what: has a title, a description, and no script" \
		"$(xmllint --xpath 'concat(count(//*[local-name()="title"]), count(//*[local-name()="desc"]), count(//*[local-name()="script"]), /*/@role, " ", /*/@aria-labelledby)' "$tap_dir/svg")" \
		"110img title desc"
	texts "$tap_dir/svg" >"$tap_dir/texts"
	COLUMNS=140 "$TCPLEDGER" show "$2" --ascii --file "$1" >"$tap_dir/picture"
	tap_is "$what: has the segments of the text picture" \
		"$(segments <"$tap_dir/texts")" "$(segments <"$tap_dir/picture")"
	tap_is "$what: has its moments in their order" \
		"$(moments <"$tap_dir/texts")" "$(moments <"$tap_dir/picture")"
	tap_is "$what: nothing lies outside of it" "$(outside "$tap_dir/svg")" ""
}

outside()	# coordinates that are not in the view box
{
	local height

	height=$(xmllint --xpath 'string(/*/@height)' "$1")
	grep -oE ' (x|x1|x2|cx)="-?[0-9]+"' "$1" | cut -d '"' -f 2 | awk '$1 < 0 || $1 > 960'
	grep -oE ' (y|y1|y2|cy)="-?[0-9]+"' "$1" | cut -d '"' -f 2 |
		awk -v h="$height" '$1 < 0 || $1 > h'
}

command -v xmllint >/dev/null || ktap_skip_all "no xmllint: install libxml2-utils"
tap_plan 231

for file in "$pictures"/*.records; do
	check_svg "$file" 1
done
for id in 17 18 23 24 25 26 33; do
	check_svg "$FIXTURES/records" $id
done
svg "$FIXTURES/records" 23 >"$tap_dir/svg"
tap_is "a hostile name is one word of the picture" \
	"$(texts "$tap_dir/svg" | grep -cFx 'local, a\x1b[31m"\\\n\xff')" 1
tap_is "and no markup" "$(xmllint --xpath 'count(//*[not(contains("svg style title desc rect text tspan line circle path", local-name()))])' "$tap_dir/svg")" 0
tap_is "the locale changes nothing" "$(LC_ALL=C svg "$FIXTURES/records" 24 | cksum)" \
	"$(svg "$FIXTURES/records" 24 | cksum)"
tap_is "a name in UTF-8 stays" "$(svg "$FIXTURES/records" 24 | grep -c 'local, café')" 1
svg "$pictures/half_close.records" 1 >"$tap_dir/svg"
"$TCPLEDGER" show 1 --svg "$tap_dir/file.svg" --file "$pictures/half_close.records" >"$tap_dir/out"
tap_is "a file gets the same" "$(cksum <"$tap_dir/file.svg")" "$(cksum <"$tap_dir/svg")"
tap_is "and the screen nothing" "$(wc -c <"$tap_dir/out")" 0
tap_true "it has a dark side" grep -q 'prefers-color-scheme:dark' "$tap_dir/svg"

# The browser's own eyes: what it drew must be neither blank nor the same.
shoot()	# PNG [dark]
{
	local flags=(--headless --no-sandbox --disable-gpu --hide-scrollbars
		--user-data-dir="$tap_dir/browser" "--window-size=960,1000")

	[ "${2:-}" != dark ] || flags+=(--blink-settings=preferredColorScheme=0)
	timeout 60 chromium "${flags[@]}" --screenshot="$1" "file://$tap_dir/file.svg" >/dev/null 2>&1
}

if command -v chromium >/dev/null; then
	shoot "$tap_dir/light.png"
	shoot "$tap_dir/dark.png" dark
	tap_true "a browser draws more than nothing" test "$(wc -c <"$tap_dir/light.png")" -gt 20000
	tap_true "and so it does in the dark" test "$(wc -c <"$tap_dir/dark.png")" -gt 20000
	tap_true "in other colours" sh -c "! cmp -s $tap_dir/light.png $tap_dir/dark.png"
	timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tap_dir/browser" \
		--dump-dom "file://$tap_dir/file.svg" >"$tap_dir/dom" 2>/dev/null
	tap_is "it found no error in it" "$(grep -ci 'parsererror' "$tap_dir/dom")" 0
else
	tap_skip "a browser draws it" "no chromium" 4
fi
tap_end
