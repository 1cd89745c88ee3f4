#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcpledger lab as far as it goes without the module: the list, wrong calls, and what
# it says where it cannot work. What it makes is in ../programs/lab.sh.
. ./tap.sh

completion=$(dirname "$TCPLEDGER")/share/completion/tcpledger.bash-completion
# shellcheck source=../../tools/share/completion/tcpledger.bash-completion
. "$completion"
compopt() { :; }	# wants a line that is being edited

names=$("$TCPLEDGER" lab --json | jq -r .name)
cases=$(grep -hoP '^\t\t\.name = "\K[^"]+' "$(dirname "$TCPLEDGER")"/learn/lab/cases_*.c)
tap_plan 17 "$names"

tap_same "the list has every case, and the questions" "$(sort <<<"$names")" \
	"$({ echo "$cases"; echo five-questions; } | sort)"
tap_is "no name is there twice" "$(sort <<<"$names" | uniq -d)" ""
for name in $names; do
	tap_is "$name is a line of at most 100 columns" \
		"$(COLUMNS=100 "$TCPLEDGER" lab | grep -c "^  $name  *[^ ].\{1,78\}$")" 1
done
COMP_WORDS=(tcpledger lab '')
COMP_CWORD=2
_tcpledger
tap_is "the completion has the same" "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" "$(sort <<<"$names")"
COMP_WORDS=(tcpledger quiz '')
_tcpledger
tap_is "... and for a quiz those that can be asked about" "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" "$(sort <<<"$cases")"
english=$("$TCPLEDGER" lab)
if [ -d "$LOCALES/zh_CN.UTF-8" ]; then
	tap_is "the list in Chinese has no summary in English" \
		"$(LOCPATH=$LOCALES LC_ALL=zh_CN.UTF-8 "$TCPLEDGER" lab --json | jq -r .summary |
			grep -cxF -f <("$TCPLEDGER" lab --json | jq -r .summary))" 0
else
	tap_skip "the list in Chinese has no summary in English" "no such locale here"
fi
tap_true "it says how to go on" grep -q 'tcpledger lab NAME' <<<"$english"

# fails NAME STATUS PATTERN ARGUMENT...: one line on stderr, nothing on stdout
fails()
{
	local name=$1 status=$2 pattern=$3 got

	shift 3
	"$TCPLEDGER" lab "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	got=$?
	tap_is "$name" "$got $(wc -l <"$tap_dir/err") $(grep -cE "^tcpledger: .*$pattern" "$tap_dir/err") $(cat "$tap_dir/out")" \
		"$status 1 1 "
}

fails "a case that there is not" 2 "unknown case 'four-steps': 'tcpledger lab' lists" four-steps
fails "two cases" 2 "lab does not take 'refused'" handshake refused
fails "two forms" 2 "exclude each other" handshake --json --svg -
fails "one picture of five questions" 2 "five-questions has several pictures" five-questions --svg -
fails "a file is for others" 2 "unknown or ambiguous option '--file'" handshake --file "$FIXTURES/records"
fails "a namespace is for others" 2 "unknown or ambiguous option '--netns'" handshake --netns a
fails "a folder is wanted" 2 "'--keep' wants an argument" handshake --keep
TCPLEDGER_PROC=$FIXTURES fails "a saved ledger records nothing" 1 "TCPLEDGER_PROC is set, but the lab needs the kernel; unset it" handshake
if [ -e /proc/net/tcpledger ]; then
	tap_skip "the module is not loaded" "it is loaded" 2
else
	fails "the module is not loaded" 1 "module tcpledger is not loaded; load it" handshake
	fails "... and no folder is made" 1 "module tcpledger is not loaded; load it" handshake --keep "$tap_dir/keep"
fi
tap_true "nothing was made" test ! -e "$tap_dir/keep"
tap_end
