#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The man page and the completion know every option, and no other. What the
# completion offers is seen in completion_test.sh.
. ./tap.sh

tools=$(dirname "$TCPLEDGER")
header=../../module/uapi/linux/tcpledger.h
man=$tools/share/man/tcpledger.8
completion=$tools/share/completion/tcpledger.bash-completion
page=$(sed 's/\\-/-/g' "$man")

words() { sed -n "/^#define TCPLEDGER_$1(X)/,/[^\\\\]\$/p" "$header" | grep -oE '"[a-z_]+"' | tr -d '"'; }

options=$("$TCPLEDGER" --help | sed -n '/^options:/,$p' | grep -oE '(^ +|, )--?[A-Za-z0-9]+' | tr -d ', ')
documented=$(grep -E -- '^\.BR? ' <<<"$page" | grep -oE -- '--[a-z]+[46]?' | sort -u)
completed=$(sed -n '/^_tcpledger()/,$p' "$completion" | grep -oE -- '(^|[ "|])--?[a-z0-9]+' |
	tr -d ' "|' | grep -vE '^-([gPWofdF]|eq|gt)$' | sort -u)
anomalies=$(words ANOMALIES)
endings="$(words OUTCOMES) $(words KINDS)"
states=$(sed -n '/^#define TCPLEDGER_STATES(X)/,/[^\]$/p' "$header" | grep -oE '\([A-Z_0-9]+,' | tr -d '(,')
keys=$("$TCPLEDGER" --sort '' 2>&1 | sed 's/.*want one of//; s/;.*//')
commands=$("$TCPLEDGER" --help | sed -n '/^commands/,/^$/p' | awk 'NR > 1 && NF { print $1 }')
tap_plan 3 "$options" "$options" "$documented" "$completed" "$anomalies" "$endings" "$states" \
	"$keys" "$commands"

for option in $options; do
	tap_true "the man page has $option" grep -qE -- "^\.BR? (.* )?$option\b" <<<"$page"
	tap_true "the completion has $option" grep -qE -- "(^|[[:space:]\"])$option([[:space:]\"]|\$)" "$completion"
done
for option in $documented; do
	tap_true "$option of the man page exists" grep -qx -- "$option" <<<"$options"
done
for option in $completed; do
	tap_true "$option of the completion exists" grep -qx -- "$option" <<<"$options"
done
for tag in $anomalies; do
	tap_true "the man page explains $tag" grep -qx "\.B $tag" "$man"
done
tap_is "the man page explains the anomalies that there are, and no other" \
	"$(sed -n '/^\.SH ANOMALIES/,/^\.SH WHAT/p' "$man" | sed -n '/^\.TP/{n;s/^\.B //p}' | sort)" \
	"$(sort <<<"$anomalies")"
for word in $endings; do
	tap_true "the man page has $word" grep -qw "$word" "$man"
done
for state in $states; do
	tap_true "the man page has the state $state" grep -qw "$state" "$man"
done
for key in $keys; do
	tap_true "the man page has the sort key $key" grep -qw "$key" "$man"
done
for command in $commands; do
	tap_true "the man page has the command $command" grep -qx "\.B $command" "$man"
done
tap_is "groff has nothing to say" "$(groff -man -Tutf8 -ww -z "$man" 2>&1)" ""
tap_true "the completion is good bash" bash -n "$completion"

tap_end
