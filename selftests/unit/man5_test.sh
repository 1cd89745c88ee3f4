#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcpledger(5) names every file, column, counter, member, bit and word, in the
# module's order where that matters, and none that does not exist.
. ./tap.sh

module=../../module
header=$module/uapi/linux/tcpledger.h
man=$(dirname "$TCPLEDGER")/share/man/tcpledger.5

# A section or subsection by its title, up to the next.
part() { awk -v title="$1" '/^\.S[HS] /{ on = substr($0, 5) == title; next } on' "$man"; }
# The terms that a part explains: what stands bold after .TP or .TQ.
terms()
{
	part "$1" | awk '/^\.T[PQ]/{ getline; print }' |
		sed -e 's/^\.BI //; t strip' -e 's/^\.BR* //; s/", "//g; s/ ", " / /g; s/"[^"]*"//g; :strip' -e 's/ \(N\|TAG\)$//' | tr -s ' ' '\n'
}
# Words with the numbers that stand in brackets below them.
numbered() { part "$1" | awk '/^\.B /{ word = $2 } /^\(/{ sub(/\).*/, ""); print word, substr($0, 2) }' | sed 's/\\-/-/g'; }
# "word number" of an X-macro list.
listed()
{
	sed -n "/^#define TCPLEDGER_$1(X)/,/[^\\\\]\$/p" "$header" | grep -oE 'X\([A-Z_0-9]+, [^)]+\)' |
		sed -E 's/X\((.*), (.*)\)/\1 \2/; s/"//g' |
		if [ "$1" = STATES ]; then cat; else awk '{ print $2, NR - 1 }'; fi
}
members() { sed -n "/^struct $1 {/,/^};/p" "$header" | sed -nE 's/^\t(__[us][0-9]+|char)\t+([a-z0-9_]+).*;$/\2/p'; }
defined() { sed -nE "s/^#define (TCPLEDGER_$1_[A-Z0-9_]+)[[:space:]]+(0x[0-9a-f]+).*/\1 \2/p" "$header"; }
# Words in capitals that a table's head prints.
titles() { sed -n '/static void .*head/,/^}/p' "$module/proc/$1" | grep -oE '"[A-Z_]+"' | tr -d '"'; }

files=$(sed -n '/files\[\]/,/^}/p' "$module/proc/proc.c" | grep -oE '"[a-z_]+"' | tr -d '"')
tap_plan 24 "$files" "$files"
for file in $files; do
	tap_true "the file $file has a section" grep -qx "\.SH $file" "$man"
	tap_true "... and its path is listed" grep -qx "\.I /proc/net/tcpledger/$file" "$man"
done
tap_is "no other file is listed" "$(grep -oE '^\.I /proc/net/tcpledger/[a-z_]+' "$man" | sed 's|.*/||')" "$files"
tap_is "columns of connections" "$(terms connections)" "$(titles connections.c)"
tap_is "columns of timewait" "$(terms timewait)" "$(titles timewait.c)"

counters()
{
	grep -oE 'seq_printf\(m, "[a-z_]+ %' "$module/proc/stats.c" "$module/watch/kprobes.c" | sed -nE 's/.*"([a-z_]+) %/\1/p'
	sed -n '/^#define TCPLEDGER_COUNTERS(X)/,/[^\\]$/p' "$module/ledger/stats.h" | grep -oE 'X\([a-z_]+\)' | sed 's/X(\(.*\))/\1/'
	sed -n '/^#define TCPLEDGER_HISTOGRAMS(X)/,/[^\\]$/p' "$module/ledger/stats.h" | sed -nE 's/.*X\([A-Z_0-9]+, ([a-z_0-9]+)\).*/hist_\1_/p'
	listed OUTCOMES | awk '$2 >= 1 { print "opens_" $1 }'
	listed KINDS | awk '$2 >= 1 { print "closes_" $1 }'
	listed EXITS | awk '$2 >= 1 { print "time_wait_exits_" $1 }'
	sed -nE 's/.*\.symbol_name = "([a-z_]+)".*/method_\1/p' "$module/watch/kprobes.c"
	echo anomalies_
}
tap_is "counters of stats" "$(terms stats | LC_ALL=C sort)" "$(counters | LC_ALL=C sort)"
tap_true "... of which there are many" test "$(counters | wc -l)" -gt 45

for struct in tcpledger_header tcpledger_record tcpledger_entry; do
	tap_is "members of struct $struct" "$(terms "struct $struct")" "$(members $struct)"
	tap_true "... all of them" test "$(members $struct | wc -l)" -gt 9
done
tap_is "bits of a record" "$(numbered "Bits of record.flags")" "$(defined REC)"
tap_is "bits of an entry" "$(numbered "Bits of entry.bits")" "$(defined SEG)"
tap_is "states" "$(numbered States)" "$(listed STATES)"
tap_is "roles" "$(numbered Roles)" "$(listed ROLES)"
tap_is "outcomes" "$(numbered Outcomes)" "$(listed OUTCOMES)"
tap_is "kinds" "$(numbered "Kinds of close")" "$(listed KINDS)"
tap_is "sides" "$(numbered Sides)" "$(listed SIDES)"
tap_is "exits" "$(numbered "Ends of TIME_WAIT")" "$(listed EXITS)"
tap_is "causes" "$(numbered "Causes of state changes")" "$(listed CAUSES)"
tap_is "anomalies" "$(numbered Anomalies)" "$(listed ANOMALIES)"
tap_is "parameters" "$(terms "MODULE PARAMETERS")" "$(sed -nE 's/^(LIMIT|module_param_cb)\(([a-z_]+)[,)].*/\2/p' "$module/ledger/parameters.c")"
tap_is "the magic number" "$(part "struct tcpledger_header" | grep -oE '0x[0-9a-f]+')" \
	"$(sed -nE 's/^#define TCPLEDGER_MAGIC[[:space:]]+(0x[0-9a-f]+)ULL.*/\1/p' "$header")"
tap_is "groff has nothing to say" "$(groff -man -Tutf8 -ww -z "$man" 2>&1)" ""
tap_end
