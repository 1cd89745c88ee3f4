#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The quiz: the right answer of every question is worked out again from the record,
# for all recorded connections; and how it is answered, on a terminal and without.
. ./tap.sh

tap_plan 25 "$(echo pictures/*.records)"

unset LANGUAGE TCPLEDGER_LOCALEDIR
export COLUMNS=100
seeds=$(seq 5)

quiz()	# FILE OPTION...
{
	"$TCPLEDGER" quiz "${@:2}" --file "$1"
}

# The records of a file that have questions, with no clock of another end before theirs.
judge()	# FILE ID TRANSCRIPT
{
	local first

	first=$("$TCPLEDGER" --json --file "$1" | jq -rs --argjson id "$2" '
		(.[] | select(.id == $id)) as $r | [.[] | select(.lport == $r.rport and .rport == $r.lport)] |
		if all(.opened_at >= $r.opened_at) then "1" else "" end')
	"$TCPLEDGER" show "$2" --json --file "$1" |
		jq -rn --rawfile text "$3" --slurpfile records /dev/stdin --arg same_clock "$first" \
			-f quiz_check.jq 2>&1
}

for file in pictures/*.records; do
	for id in $("$TCPLEDGER" --json --file "$file" | jq 'select(.log | length > 3).id'); do
		for seed in $seeds; do
			yes a | quiz "$file" "$id" --seed "$seed" 2>&1 || echo "record $id: it failed"
		done >"$tap_dir/quiz"
		judge "$file" "$id" "$tap_dir/quiz" >"$tap_dir/judged"
		grep '^asked ' "$tap_dir/judged" >>"$tap_dir/kinds" || echo "record $id: no question"
		grep -v '^asked ' "$tap_dir/judged" | sed "s/^/record $id: /"
		grep '^record' "$tap_dir/quiz"
	done >"$tap_dir/wrong"
	tap_is "${file##*/}: the answers are those of the record" "$(sort -u "$tap_dir/wrong")" ""
done
tap_is "all kinds of questions were asked" "$(sed "s/asked //" "$tap_dir/kinds" | sort -u | xargs)" \
	"2msl ack again fin give_up next state who"

# A judge that finds nothing must be able to.
file=pictures/half_close.records
yes a | quiz $file 1 --seed 1 >"$tap_dir/quiz"
sed -E 's/^(  [a-d]\) )(ESTABLISHED|SYN_SENT|CLOSE_WAIT)$/\1CLOSE/' "$tap_dir/quiz" >"$tap_dir/bad"
tap_true "the judge finds a wrong state" grep -q '^state at' <(judge $file 1 "$tap_dir/bad")
tap_true "... and two answers that are the same" grep -q 'two answers are the same' <(judge $file 1 "$tap_dir/bad")
tap_is "... and nothing to judge" "$(judge $file 1 /dev/null)" "no question was read"

# The score.
letters=$(awk '/^Your answer/ { given = $NF } /^Right\.$/ { print given }
	match($0, /Right is [a-d]\)/) { print substr($0, RSTART + 9, 1) }' "$tap_dir/quiz")
count=$(wc -l <<<"$letters")
tap_is "all right" "$(quiz $file 1 --seed 1 <<<"$letters" | tail -1)" "Score: $count of $count"
tap_is "all wrong" "$(tr abcd bcda <<<"$letters" | quiz $file 1 --seed 1 | tail -1)" "Score: 0 of $count"
tap_is "one right" "$( (head -1 <<<"$letters"; yes '') | quiz $file 1 --seed 1 | tail -1)" "Score: 1 of $count"
tap_is "capitals will do" "$(tr a-d A-D <<<"$letters" | quiz $file 1 --seed 1 | tail -1)" "Score: $count of $count"
tap_is "what is no answer is asked for again" "$(awk '{ print "x\nab\n7\n" $0 }' <<<"$letters" | quiz $file 1 --seed 1 | tail -1)" \
	"Score: $count of $count"
tap_is "q ends it" "$(printf '%s\nq\n' "$(head -2 <<<"$letters")" | quiz $file 1 --seed 1 | tail -1)" "Score: 2 of 2"
tap_is "the end of the input ends it" "$(head -2 <<<"$letters" | quiz $file 1 --seed 1 | tail -1)" "Score: 2 of 2"
quiz $file 1 --seed 1 </dev/null >/dev/null
tap_is "... and that is no failure" $? 0

# Chance.
tap_is "a seed repeats the questions" "$(yes a | quiz $file 1 --seed 7)" "$(yes a | quiz $file 1 --seed 7)"
tap_true "another may ask others" test "$(for seed in $(seq 12); do
	yes a | quiz $file 1 --seed "$seed" | cksum
done | sort -u | wc -l)" -gt 6
tap_true "without a record one is chosen" grep -q '^Score: ' <(yes a | quiz $file --seed 1)
tap_is "ASCII is ASCII" "$(yes a | quiz $file 1 --seed 1 --ascii | LC_ALL=C tr -d '\000-\177' | wc -c)" 0
for COLUMNS in 60 80; do
	tap_is "no line is wider than $COLUMNS" "$(yes a | quiz $file 1 --seed 1 | wc -L | awk -v w=$COLUMNS '$1 > w')" ""
done

# What cannot be asked about.
"$TCPLEDGER" quiz 26 --file "$FIXTURES/records" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "an empty log is status 1" "$? $(wc -c <"$tap_dir/out")" "1 0"
tap_true "... with what to do" grep -q "nothing to ask about record 26.*'tcpledger list'" "$tap_dir/err"

# On a terminal.
typed()	# KEYS: the keys, as a terminal turns them into lines
{
	# shellcheck disable=SC2059 # the keys are a format
	printf "$1" | script -qec "$TCPLEDGER quiz 1 --seed 1 --file $file; echo status \$?" /dev/null |
		sed 's/\x1b\[[0-9]*m//g; s/\^D\x08\x08//' | tr -d '\r'
}
scored() { grep -oE 'Score: .*|^status .*' | xargs; }
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	# The terminal shows what is typed when it is, which may be before it is asked for.
	keys=$(tr '\n' ' ' <<<"$letters" | sed 's/ /\\n/g')
	tap_is "a terminal: all right" "$(typed "$keys" | scored)" "Score: $count of $count status 0"
	tap_is "... q ends it" "$(typed 'q\n' | scored)" "Score: 0 of 0 status 0"
	tap_is "... Ctrl-D ends it" "$(typed '\004' | scored)" "Score: 0 of 0 status 0"
else
	tap_skip "a terminal" "no script(1)" 3
fi

if [ -z "${LOCALES:-}" ] || ! LOCPATH=$LOCALES LC_ALL=zh_CN.UTF-8 locale charmap 2>/dev/null | grep -qx UTF-8; then
	tap_skip_rest "Chinese" "no locales: install the package locales"
fi
COLUMNS=100
chinese() { yes a | env LOCPATH="$LOCALES" LC_ALL=zh_CN.UTF-8 "$TCPLEDGER" quiz 1 --seed "$1" --file "$file"; }
for file in pictures/half_close.records pictures/syn_lost.records pictures/in_time_wait.records pictures/unanswered.records; do
	for seed in $seeds; do
		chinese "$seed" >>"$tap_dir/zh"
		yes a | quiz "$file" 1 --seed "$seed" >>"$tap_dir/en"
	done
done
numbers() { grep -oE '[0-9]+(\.[0-9]+)*' "$1" | sort; }
tap_true "Chinese and English have the same numbers" cmp <(numbers "$tap_dir/en") <(numbers "$tap_dir/zh")
tap_is "no English sentence is left" "$(grep -v '[┃┊│█⋮]' "$tap_dir/zh" | grep -v '^  #' |
	grep -oP '[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}' | sort -u)" ""
tap_end
