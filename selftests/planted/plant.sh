#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Plants one bug in a copy of the tree: plant.sh TREE BUG
#
# A bug is a file of bugs/: a comment that says what is wrong, the tests that must see
# it, and for each function that it changes the function's name and one hunk of a
# unified diff:
#
#   # The ACK that ends the handshake is not logged at the client.
#   tests: open
#   function: out_ack
#   -	if (!syn && !fin &&
#   +	if (!fin &&
#
# The hunk is applied to the body of that function alone, wherever its file is, so a bug
# follows when files move. Where several files have a static function of
# that name, the file's name goes before it: 'function: proc/log.c:show'.
set -euo pipefail

tree=$1 bug=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/tcpledger-plant.XXXXXX")
trap 'rm -rf "$work"' EXIT

die()
{
	echo "plant.sh: ${bug##*/}: $*" >&2
	exit 1
}

# where FUNCTION: prints 'FILE FIRST LAST' of each definition; a line of its head begins in
# the first column, '{' opens and '}' closes its body there.
where()
{
	local name=${1##*:} files=()

	mapfile -t files < <(find "$tree/module" "$tree/tools" -path "*/$([[ $1 = *:* ]] && echo "${1%%:*}" || echo '*.[ch]')")
	[ ${#files[@]} -gt 0 ] || die "no file ${1%%:*} in module or tools"
	awk -v name="$name" '
	FNR == 1 { head = 0 }
	/^[a-z]/ && $0 ~ "(^|[ *])" name "[(]" { head = FNR }
	head && /;$/ && !inside { head = 0 }
	head && /^{/ { inside = 1 }
	/^}/ {
		if (inside)
			print FILENAME, head, FNR
		head = inside = 0
	}' "${files[@]}"
}

# Replaces the lines of the hunk that begin with ' ' or '-' by those that begin with ' '
# or '+', in the lines first to last of a file. They must stand there exactly once:
# patch(1) would take a hunk with less context on one side for the file's beginning or end.
# replace HUNK FILE FIRST LAST
replace()
{
	awk -v first="$3" -v last="$4" '
	NR == FNR {
		if (/^[ -]/)
			old[++n] = substr($0, 2)
		if (/^[ +]/)
			new = new substr($0, 2) "\n"
		next
	}
	{ line[FNR] = $0 }
	function fits(at, i) {
		for (i = 1; i <= n; i++)
			if (line[at + i - 1] != old[i])
				return 0
		return 1
	}
	END {
		for (at = first; at + n - 1 <= last; at++)
			if (fits(at)) {
				places++
				place = at
			}
		if (places != 1)
			exit 1
		for (at = 1; at <= FNR; at++) {
			if (at == place) {
				printf "%s", new
				at += n - 1
			} else {
				print line[at]
			}
		}
	}' "$1" "$2"
}

# plant FUNCTION HUNK
plant()
{
	local found file first last

	found=$(where "$1")
	[ -n "$found" ] || die "no function $1 in module or tools"
	[ "$(wc -l <<<"$found")" -eq 1 ] || die "several functions $1: $found"
	read -r file first last <<<"$found"
	replace "$2" "$file" "$first" "$last" >"$work/file" ||
		die "these lines do not stand once in $1(), ${file#"$tree"/}:"$'\n'"$(grep '^[ -]' "$2")"
	cat "$work/file" >"$file"
}

[ -r "$bug" ] || die "cannot read $bug"
n=0
while IFS= read -r line; do
	case $line in
	'function: '*)	n=$((n + 1)); echo "${line#function: }" >"$work/function.$n"; : >"$work/hunk.$n" ;;
	[-+\ ]*)	[ "$n" -gt 0 ] || die "a hunk without a function"
			printf '%s\n' "$line" >>"$work/hunk.$n" ;;
	'#'*|'tests: '*|'')	;;
	*)		die "what is '$line'?" ;;
	esac
done <"$bug"
[ "$n" -gt 0 ] || die "changes no function"
for ((i = 1; i <= n; i++)); do
	plant "$(cat "$work/function.$i")" "$work/hunk.$i"
done
