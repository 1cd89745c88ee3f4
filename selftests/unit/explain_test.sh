#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Explanations: each entry, number, state and anomaly of a record is in them, in
# lines of the right width, in English and in Chinese.
. ./tap.sh

tap_plan 122

tools=$(dirname "$TCPLEDGER")
po=$tools/share/po/zh_CN.po
build=$(dirname "$FIXTURES")
unset LANGUAGE TCPLEDGER_LOCALEDIR

# What the tests of the module's part record serves as files too: records that
# nobody wrote by hand for this.
files=("$FIXTURES/records")
for test in facts_open facts_close facts_timewait facts_forged facts_order steps; do
	SCRIPT_RECORDS=$tap_dir/$test "$build/${test}_test" >/dev/null
	files+=("$tap_dir/$test")
done

ids() { "$TCPLEDGER" --json --file "$1" | jq .id; }
locale=C.UTF-8
ledger() { env LC_ALL="$locale" "$TCPLEDGER" "$@"; }
explain() { ledger explain "$2" --file "$1"; }

# All records of each file, explained one after the other: in $tap_dir/LANGUAGE.FILE.
explain_all()	# LANGUAGE
{
	local file id

	for file in "${files[@]}"; do
		for id in $(ids "$file"); do
			explain "$file" "$id" || echo "$file $id: status $?" >&2
		done >"$tap_dir/$1.${file##*/}"
		[ -s "$tap_dir/$1.${file##*/}" ] || echo "$file: nothing was explained" >&2
	done
}

export COLUMNS=100
tap_is "every record can be explained" "$(explain_all en 2>&1)" ""

judge()	# EXPLANATIONS RECORDS
{
	jq -rn --rawfile text "$1" --slurpfile records "$2" -f explain_check.jq 2>&1
}
judged=0
for file in "${files[@]}"; do
	"$TCPLEDGER" --json --file "$file" >"$tap_dir/json"
	judged=$((judged + $(wc -l <"$tap_dir/json")))
	tap_is "numbers, states and anomalies of ${file##*/} are told, and no others" \
		"$(judge "$tap_dir/en.${file##*/}" "$tap_dir/json")" ""
done
tap_true "there were records to judge: $judged" test "$judged" -gt 150

# A judge that finds nothing must be able to.
seventeen=$(explain "$FIXTURES/records" 17)
sed 's/seq 79/seq 78/; s/after #9/after #99s/; /FIN_WAIT2 => TIME_WAIT/d; s/193 ns/194 ns/; s/1.1 ms/7.7 ms/' <<<"$seventeen" >"$tap_dir/bad"
"$TCPLEDGER" show 17 --json --file "$FIXTURES/records" >"$tap_dir/json"
tap_is "the judge finds what is wrong" "$(judge "$tap_dir/bad" "$tap_dir/json" | sed 's/^17 //; s/:.*//')" \
	"segments
states
durations that are not its own"

# What a newcomer must find, by what happened.
finds()	# NAME ID PATTERN...
{
	local name=$1 text pattern

	text=$(explain "$FIXTURES/records" "$2" | tr -s ' \n' ' ')
	shift 2
	for pattern in "$@"; do
		tap_true "$name: $pattern" grep -qE -- "$pattern" <<<"$text"
	done
}
finds "a handshake" 17 "ISN\) 2891034411" "RFC 9293 section 3.4.1, 3.5" "three-way handshake succeeded" \
	"From the first SYN to ESTABLISHED it took 31 us" "four segments" "Without it: the peer could not"
finds "TIME_WAIT" 17 "first reason for 2MSL" "time_wait_restarted #14" "Still waiting: 59.9 s of 60 s are left" \
	"TIME_WAIT lasts 2MSL, twice the maximum segment lifetime: 60 s on this kernel" "Closed gracefully, with four segments"
finds "refused by the peer" 19 "no program listens on its port 81" "ECONNREFUSED" "3.10.7.3"
finds "refused by us" 20 "No program listens on port 81" "3.10.7.1"
finds "reset" 21 "Aborted by the peer" "ECONNRESET" "RFC 5961 section 3"
finds "timed out" 22 "retransmitted it 2 times" "tcp_syn_retries" "No answer to #2 came within 2 s, so we retransmit"
finds "a leak" 23 "forgotten a close\(\)" "1 h ago"
finds "adopted" 26 "before the module was loaded" "The log is empty"
finds "expired" 27 "It lasted 61.2 s and ended by its timer"
finds "reused" 28 "RFC 6191 section 2" "Old segments absorbed: 2"
finds "assassinated" 29 "RFC 1337" "tcp_rfc1337=1" "only a bound"
finds "simultaneous open" 30 "a simultaneous open" "SYNs crossed"
finds "half-closed" 33 "half-closed" "Our TCP did not send this segment"
# Of records that the module made: what their names say.
told()	# NAME PATTERN [OPTION]: what the explanation of a record of steps_test has, or with -v has not
{
	local id found

	id=$("$TCPLEDGER" --json --file "$tap_dir/steps" |
		jq --arg name "${1:0:15}" 'select(.owner.comm == $name).id')
	found=$(explain "$tap_dir/steps" "$id" | tr -s ' \n' ' ' | grep -cE -- "$2")
	tap_is "$1: ${3:+not }$2" "$found" "$((${#3} == 0))"
}
told "RST behind FIN" "The peer closed first\."
told "FIN unanswered" "The peer closed first\."
told "the peer closes first" "so the peer waits in TIME_WAIT, not we"
told "unreachable" "Rule: RFC 5461 section 4"
told "SYN cookie" "queue of half-open connections was full, or net\.ipv4\.tcp_syncookies is 2"
told "asking" "Opening [^.]* not complete\. It has been in SYN_SENT for .* STEP BY STEP"
told "being asked" "Opening .*not complete\. It has been in SYN_RECV for"
told "TFO being asked" "Opening .* before the handshake was complete\. It has been in SYN_RECV"
told "Fast Open, client" "the SYN/ACK acknowledged it\. That saved a round trip"
told "SYN data ignored" "no SYN/ACK acknowledged it, so the data had to be sent again"
told "Fast Open, server" "the SYN carried data, and the program could read it"
told "TFO, empty SYN" "the SYN carried data" -v
told "four segments" "No segment arrived that needed the wait"
told "RST ignored" "No segment arrived that needed" -v
tap_is "a tuple names its record" "$("$TCPLEDGER" explain 127.0.0.1:40112-127.0.0.1:80 --file "$FIXTURES/records")" \
	"$seventeen"
tap_is "-T tells the wall clock" \
	"$("$TCPLEDGER" explain 17 -T --file "$FIXTURES/records" | grep -c '2026-11-23T02:11:09.123.*-->')" 2
"$TCPLEDGER" explain 999 --file "$FIXTURES/records" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "an unknown record is status 1" "$? $(wc -c <"$tap_dir/out")" "1 0"
tap_true "... with what to do" grep -q "no record 999 .*'tcpledger list'" "$tap_dir/err"

# The glossary.
glossary() { ledger explain --glossary; }
glossary >"$tap_dir/glossary.en"
for state in $(sed -n '/^#define TCPLEDGER_STATES(X)/,/[^\\]$/p' ../../module/uapi/linux/tcpledger.h | grep -oE '\([A-Z_0-9]+,' | tr -d '(,') \
	     segment SYN ACK FIN RST "sequence number" "acknowledgment number" ISN window MSS MSL 2MSL half-close \
	     "graceful close" orphan listener "SYN queue" "accept queue" "SYN cookie" "Fast Open" "challenge ACK" "old duplicate"; do
	grep -qx "$state" "$tap_dir/glossary.en" || echo "$state"
done >"$tap_dir/missing"
tap_is "the glossary has every state and every term that explanations use" "$(cat "$tap_dir/missing")" ""
tap_is "each term has a meaning" "$(grep -A1 '^[^ ]' "$tap_dir/glossary.en" | grep -vc '^--')" \
	"$((2 * $(grep -c '^[^ ]' "$tap_dir/glossary.en")))"
"$TCPLEDGER" explain --glossary 17 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "it is not about a record" "$? $(wc -c <"$tap_dir/out")" "2 0"

# The catalogue.
tap_is "gettext finds no fault in the catalogue" "$(msgfmt --check -o /dev/null "$po" 2>&1)" ""
tap_is "nothing is untranslated" "$(msgattrib --untranslated "$po")" ""
tap_is "nothing is fuzzy" "$(msgattrib --only-fuzzy "$po")" ""
tap_is "nothing is left over" "$(msgattrib --only-obsolete "$po")" ""
make -s -C "$tools/share/po" template TEMPLATE="$tap_dir/new.pot"
tap_is "the template is that of the sources ('make -C tools update-po')" \
	"$(diff "$tools/share/po/tcpledger.pot" "$tap_dir/new.pot")" ""
tap_is "the translation has every text" "$(msgcmp "$po" "$tap_dir/new.pot" 2>&1)" ""
sed 's/{who} 调用 connect/{whom} 调用 connect/' "$po" >"$tap_dir/bad.po"
tap_true "a wrong name in braces would be found" sh -c "! msgfmt --check -o /dev/null $tap_dir/bad.po"

if [ -z "${LOCALES:-}" ] || ! LOCPATH=$LOCALES LC_ALL=zh_CN.UTF-8 locale charmap 2>/dev/null | grep -qx UTF-8; then
	tap_skip_rest "Chinese" "no locales: install the package locales"
fi
export LOCPATH=$LOCALES

locale=zh_CN.UTF-8
tap_is "every record can be explained in Chinese" "$(explain_all zh 2>&1)" ""
chinese=$(explain "$FIXTURES/records" 17)
# Names of commands, settings and flags are English; sentences are not.
for file in "${files[@]}"; do
	"$TCPLEDGER" --json --file "$file" | jq -r .owner.comm
done >"$tap_dir/names"
left=$(cat "$tap_dir"/zh.* | grep -v '^  #' | tr -s ' \n' ' ' | sed 's/“[^”]*”//g' |
	grep -oP '[A-Za-z]{2,}(?:[ ,;]+[A-Za-z()]{2,}){3,}' | sort -u | while read -r words; do
		grep -qF -- "$words" "$tap_dir/names" || echo "$words"
	done)
tap_is "no English sentence is left" "$left" ""
tap_true "Chinese terms are used" sh -c "cat $tap_dir/zh.* | grep -q 三次握手 && cat $tap_dir/zh.* | grep -q 半关闭 &&
	cat $tap_dir/zh.* | grep -q 序列号 && cat $tap_dir/zh.* | grep -q 确认号 && cat $tap_dir/zh.* | grep -q 四次挥手"
tap_true "sections stand as Chinese has them" sh -c "cat $tap_dir/zh.* | tr -d ' \\n' |
	grep -q '依据：RFC9293第3.5.1、3.10.7.4节；RFC5961第4节'"
glossary >"$tap_dir/glossary.zh"
tap_is "a glossary in Chinese has the same terms" "$(grep -c '^[^ ]' "$tap_dir/glossary.zh")" \
	"$(grep -c '^[^ ]' "$tap_dir/glossary.en")"
tap_is "... and leaves no English sentence" "$(tr -s ' \n' ' ' <"$tap_dir/glossary.zh" |
	grep -oP '[A-Za-z]{2,}(?:[ ,;]+[a-z]{2,}){3,}')" ""
numbers() { grep -oE '[0-9]+(\.[0-9]+)*' "$1" | sort; }
for file in "${files[@]##*/}"; do
	tap_true "$file: both languages have the same numbers" \
		cmp <(numbers "$tap_dir/en.$file") <(numbers "$tap_dir/zh.$file")
done

tap_true "... and the same numbers" cmp <(numbers "$tap_dir/glossary.en") <(numbers "$tap_dir/glossary.zh")

# Widths: what fits is not wider than the terminal. wc counts columns as it does.
for locale in C.UTF-8 zh_CN.UTF-8; do
	for COLUMNS in 60 80 132; do
		most=$(for id in $(ids "$FIXTURES/records"); do
			explain "$FIXTURES/records" "$id"
		done | LC_ALL=C.UTF-8 wc -L)
		tap_true "$locale, $COLUMNS columns: no line is wider (${most})" test "$most" -le "$COLUMNS"
		tap_true "... and lines are filled" test "$most" -gt $(((COLUMNS < 100 ? COLUMNS : 100) - 6))
	done
done
COLUMNS=100

# Other locales: English, never garbage; and only messages ever change.
in_locale()	# LOCALE [NAME=VALUE]
{
	env "LC_ALL=$1" ${2+"$2"} "$TCPLEDGER" explain 17 --file "$FIXTURES/records"
}
english=$(in_locale C)
tap_is "C: the same English" "$english" "$seventeen"
tap_true "... and plain ASCII" sh -c "! LC_ALL=C grep -qP '[^\x00-\x7f]'" <<<"$english"
tap_is "an encoding without Chinese: English" "$(in_locale en_US.ISO-8859-1 LANGUAGE=zh_CN)" "$english"
tap_is "Chinese in another encoding: English" "$(in_locale zh_CN.GBK)" "$english"
tap_is "a locale that is not there: English" "$(in_locale xx_XX.UTF-8)" "$english"
tap_is "a locale this machine may not have made, but the catalogue is there" "$(unset LOCPATH; in_locale zh_CN.UTF-8)" "$chinese"
tap_is "no catalogue there: English" "$(in_locale zh_CN.UTF-8 TCPLEDGER_LOCALEDIR=/nowhere)" "$english"
tap_is "LANGUAGE chooses too" "$(in_locale de_DE.UTF-8 LANGUAGE=zh_CN)" "$chinese"
for words in --json "list -w" "show 17 --log" "show 17 --json" timewait "timewait --json"; do
	# shellcheck disable=SC2086 # a command and its options
	set -- $words --file "$FIXTURES/records"
	locale=C.UTF-8
	want=$(ledger "$@")
	for locale in zh_CN.UTF-8 de_DE.UTF-8; do
		tap_is "$locale changes nothing in $words" "$(ledger "$@")" "$want"
	done
done

# An installed command finds its catalogue from where it lies.
make -s -C "$tools" install DESTDIR="$tap_dir/root" PREFIX=/opt/x >/dev/null
tap_is "installed, it speaks Chinese too" \
	"$(LC_ALL=zh_CN.UTF-8 "$tap_dir/root/opt/x/bin/tcpledger" explain 17 --file "$FIXTURES/records")" "$chinese"
make -s -C "$tools" uninstall DESTDIR="$tap_dir/root" PREFIX=/opt/x >/dev/null
tap_is "uninstall leaves no file" "$(find "$tap_dir/root" -type f)" ""
tap_end
