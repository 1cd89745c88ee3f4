#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What bash offers is what the command takes: its commands, the options of each,
# and the values of options. The completion is run, not read.
. ./tap.sh

tools=$(dirname "$TCPLEDGER")
header=../../module/uapi/linux/tcpledger.h
# shellcheck source=../../tools/share/completion/tcpledger.bash-completion
. "$tools/share/completion/tcpledger.bash-completion"
compopt() { :; }	# wants a line that is being edited

offered()	# WORD...: all that is offered for the last word
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_tcpledger
	printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort
}
lines() { tr -s ' ' '\n' | sed '/^$/d' | LC_ALL=C sort; }
words() { sed -n "/^#define TCPLEDGER_$1(X)/,/[^\\\\]\$/p" "$header" | grep -oE "$2" | tr -d '"(' | grep -vx -e -; }

commands=$("$TCPLEDGER" --help | sed -n '/^commands/,/^$/p' | awk 'NR > 1 && NF { print $1 }')
tap_plan 11 "$commands"
tap_is "all commands are offered" "$(offered tcpledger '')" "$(lines <<<"$commands")"
for command in $commands; do
	options=$("$TCPLEDGER" "$command" --help | sed -n '/^options:/,$p' |
		grep -oE '(^ +|, )--?[A-Za-z0-9][A-Za-z0-9-]*' | tr -d ', ' | lines)
	tap_is "options of $command" "$(offered tcpledger "$command" -)" "$options"
done
tap_is "without a command, those of list" "$(offered tcpledger --l)" "$(printf '%s\n' --limit --live --lport)"
tap_is "states" "$(offered tcpledger --state '')" "$(words STATES '\([A-Z_0-9]+' | sed '/^X$/d' | lines)"
tap_is "outcomes" "$(offered tcpledger --outcome '')" "$(words OUTCOMES '"[a-z_]+"' | lines)"
tap_is "kinds" "$(offered tcpledger list --kind '')" "$(words KINDS '"[a-z_]+"' | lines)"
tap_is "anomalies" "$(offered tcpledger timewait --anomaly '')" "$(words ANOMALIES '"[a-z_]+"' | lines)"
keys=$("$TCPLEDGER" --sort '' 2>&1 | sed 's/.*want one of//; s/;.*//')
tap_is "sort keys" "$(offered tcpledger --sort '')" "$(lines <<<"$keys")"
tap_is "a value after a comma" "$(offered tcpledger --state CLOSE_WAIT,TIME)" "CLOSE_WAIT,TIME_WAIT"
touch "$tap_dir/records.one" "$tap_dir/records.two"
tap_is "files" "$(offered tcpledger show 17 --file "$tap_dir/records.")" \
	"$(printf '%s\n' "$tap_dir/records.one" "$tap_dir/records.two")"
tap_is "a number is not guessed" "$(offered tcpledger --limit '')" ""
tap_true "it is the completion of tcpledger" grep -qx 'complete -F _tcpledger tcpledger' "$tools/share/completion/tcpledger.bash-completion"
tap_end
