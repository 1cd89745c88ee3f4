#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The JSON of records against the documented one, and the commands' ways.
. ./tap.sh

tap_plan 63

ledger() { "$TCPLEDGER" "$@" --file "$FIXTURES/records"; }
record() { ledger show "$1" --json; }

# contract.json is the documented example, written by hand.
tap_is "record 17 is the documented example" \
	"$(record 17 | jq -S 'del(.open.accept_ns, .log, .zeek_history)')" \
	"$(jq -S 'del(.log, .zeek_history)' contract.json)"
tap_is "keys stand in the documented order" \
	"$(record 17 | jq -c '[keys_unsorted, (.owner,.closer,.open,.close,.time_wait | keys_unsorted)]' | sed 's/,"accept_ns"//')" \
	"$(jq -c '[keys_unsorted, (.owner,.closer,.open,.close,.time_wait | keys_unsorted)]' contract.json)"
tap_is "entries of the log are the documented ones" \
	"$(record 17 | jq -c '.log[0,1,2,3]')" "$(jq -c '.log[0,1,2,3]' contract.json)"
tap_is "a note in the log is as documented" \
	"$(record 17 | jq -c '.log[14] | del(.segment)')" "$(jq -c '.log[4] | del(.segment)' contract.json)"
tap_is "n counts without gaps" \
	"$(ledger --json | jq -c '[.log[].n] == [range(.log | length)]' | sort -u)" true
tap_is "residence has finished states only, in their order" \
	"$(record 17 | jq -c .residence_ns)" "$(jq -c .residence_ns contract.json)"

# One of them has the other byte order; the judge is each machine's own command.
for machine in s390x x86_64; do
	tap_is "a file kept on $machine" \
		"$("$TCPLEDGER" list --json --file ../programs/recorded/$machine.records)" \
		"$(cat ../programs/recorded/$machine.json)"
done

# Every record has every key: what is not known is null.
tap_is "every record has the same keys" \
	"$(ledger --json | jq -c '[keys_unsorted, (.owner, .open, .close | keys_unsorted)]' | sort -u | wc -l)" 1
tap_is "what is not known is null" \
	"$(record 26 | jq -c '[paths(. == null) | map(tostring) | join(".")] | sort')" \
	"$(jq -cn '["peer_id","opened_at","ended_at","duration_ns","state_age_ns","owner.pid",
		"owner.comm","owner.uid","owner.cgroup","owner.inode","owner.cookie","closer",
		"open.syn_ns","open.synack_ns","open.ack_ns","open.handshake_ns","open.local_isn",
		"open.remote_isn","open.local_mss","open.remote_mss","open.local_wscale",
		"open.remote_wscale","open.sack","open.timestamps","open.accept_ns","close.kind",
		"close.first","close.reset_by","close.error","close.local_fin_ns",
		"close.remote_fin_ns","close.half_close_ns","time_wait","bytes_sent",
		"bytes_received","retransmits","srtt_us","min_rtt_us"] | sort')"
tap_is "an ended record has its end and duration" \
	"$(record 18 | jq -c '[.live, .duration_ns, .ended_at, .state_age_ns]')" \
	'[false,1201910,"2026-11-23T02:11:09.124658699Z",null]'
tap_is "a live record has neither" \
	"$(ledger --live --json | jq -c '[.live, .ended_at, .duration_ns]' | sort -u)" '[true,null,null]'
tap_is "the error has its name" "$(record 19 | jq -r .close.error)" ECONNREFUSED
tap_is "a closed TIME_WAIT tells how and how long" \
	"$(record 27 | jq -c '.time_wait | [.exit, .residence_ns, .residence_exact]')" '["expired",61234567890,true]'
tap_is "a bound is not called exact" "$(record 29 | jq .time_wait.residence_exact)" false
tap_is "a segment not from TCP says so" \
	"$(record 33 | jq -r '.log[] | select(.type == "segment" and .origin == "other") | .flags[]')" RST
tap_is "a cause without a segment has null" \
	"$(record 22 | jq -c '.log[-1] | [.cause, .segment]')" '["timer",null]'
tap_is "IPv6 is inet6, its addresses are written as RFC 5952 has them" \
	"$(record 25 | jq -r '.family, .local')" "inet6
2001:db8:1111:2222:3333:4444:5555:6666"

# Names of strangers.
tap_is "a hostile name is valid JSON, its bytes escaped" \
	"$(record 23 | jq -c .owner.comm)" '"a\u001b[31m\"\\\n\\xff"'
tap_is "a name in UTF-8 stays as it is" "$(record 24 | jq -r .owner.comm)" "café"
ledger --json >"$tap_dir/json"
tap_true "all JSON is UTF-8" iconv -f UTF-8 -t UTF-8 "$tap_dir/json"
tap_is "JSON Lines: one object a line" \
	"$(wc -l <"$tap_dir/json")" "$(jq -c .id "$tap_dir/json" | wc -l)"

# The ways to name a record.
tap_is "a tuple names its record" "$(record 127.0.0.1:40112-127.0.0.1:80 | jq .id)" 17
tap_is "an IPv6 tuple in brackets" \
	"$(record '[2001:db8:1111:2222:3333:4444:5555:6666]:51006-[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:443' | jq .id)" 25
tap_is "an IPv6 tuple without" \
	"$(record 2001:db8:1111:2222:3333:4444:5555:6666:51006-2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff:443 | jq .id)" 25

# Numbers are a namespace's own.
space=4026531840
of_spaces() { "$TCPLEDGER" "$@" --file "$FIXTURES/spaces"; }
tap_is "a number is the own namespace's" "$(of_spaces show 17 --json | jq .netns)" $space
tap_is "... or that of the one which is asked for" "$(of_spaces show 17 --netns $((space + 2)) --json | jq .netns)" $((space + 2))
tap_is "... or the only one that there is" "$(of_spaces show 70 --json | jq .netns)" $((space + 1))
for command in show "show --json" explain "export --packetdrill $tap_dir/no"; do
	# shellcheck disable=SC2086 # a command and its options
	tap_is "it is not guessed: ${command%% /*}" "$(of_spaces $command 80 2>&1; echo $?)" \
		"tcpledger: $FIXTURES/spaces has a record 80 of each of the network namespaces $((space + 1)) $((space + 2)); give one of them with --netns
1"
done
tap_is "a table says whose they are" "$(of_spaces --sort local | awk '{ for (i = 1; i <= NF; i++) if ($i == "NETNS" || $i ~ /^40265/) print $1, $i }' | xargs)" \
	"ID NETNS 17 $((space + 1)) 17 $((space + 2)) 70 $((space + 1)) 80 $((space + 1)) 80 $((space + 2)) 80 $((space + 1)) 17 $space"
tap_is "... if they are not all the reader's" "$(of_spaces --netns $space | grep -c NETNS)" 0

# What a person sees.
ledger show 17 --log >"$tap_dir/show"
tap_is "the log has a line for every entry" \
	"$(grep -cE '^ *[0-9]+ [0-9]+\.[0-9]{9} ' "$tap_dir/show")" 15
tap_true "an ACK is the ISN plus one, and one sees it" \
	grep -qE '<-- SYN,ACK +881234 \+0 +2891034412 \+1 ' "$tap_dir/show"
tap_true "the ended state's residence stands at its change" \
	grep -q 'FIN_WAIT2 => TIME_WAIT, by #9; FIN_WAIT2 lasted 193ns' "$tap_dir/show"
ledger show 25 --log >"$tap_dir/show"
tap_true "a wrapped ISN still counts from 0" \
	grep -qE -- "--> ACK +0 \+1 +2001 \+1 " "$tap_dir/show"
tap_is "-T shows the wall clock" \
	"$(ledger show 17 --log -T | grep -c '2026-11-23T02:11:09.123458889Z --> SYN ')" 1
tap_is "a file of a later release reads the same" \
	"$("$TCPLEDGER" --json --file "$FIXTURES/longer" | cksum)" "$(ledger --json | cksum)"
# Values of a later release, each enumeration with one of its own (make_fixtures.c).
later=$FIXTURES/later
"$TCPLEDGER" --json --file "$later" >"$tap_dir/later"
tap_is "values that a later release added have their numbers" \
	"$(head -1 "$tap_dir/later" | jq -c '[.state, .open.role, .open.outcome, .close.kind, .close.first, .close.reset_by,
		.time_wait.exit, .anomalies[-1], .log[8].to, .log[8].cause, .log[14].tag, .log[10].from]')" \
	"$(jq -cn '[range(41; 52), 49] | map("unknown(\(.))")')"
tap_is "... and what follows is read" "$(tail -1 "$tap_dir/later" | jq -c '[.id, .log[1].cause]')" '[18,"unknown(63)"]'
for command in "list -w" "show 17" "show 17 --log" "show 17 --svg -" "explain 17" timewait; do
	# shellcheck disable=SC2086 # a command and its options
	"$TCPLEDGER" $command --file "$later" >"$tap_dir/out" 2>&1
	tap_true "... in $command" grep -q 'unknown([0-9]*)' "$tap_dir/out"
done
for command in "export --pcapng" "export --packetdrill"; do
	# shellcheck disable=SC2086 # a command and its options
	tap_true "... for $command" "$TCPLEDGER" $command "$tap_dir/made" 17 --file "$later"
done
tap_is "a state of a later release can be sorted" "$("$TCPLEDGER" --sort state --json --file "$later" | jq .id | xargs)" "18 17"
tap_is "a ledger without records is no error" "$("$TCPLEDGER" --file "$FIXTURES/none" --json; echo $?)" 0
mkdir "$tap_dir/proc"
cp "$FIXTURES/records" "$tap_dir/proc"
tap_is "TCPLEDGER_PROC replaces the folder" \
	"$(TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" --json | cksum)" "$(ledger --json | cksum)"
tap_is "list is the default command" "$("$TCPLEDGER" list --file "$FIXTURES/records")" "$(ledger)"

# TIME_WAIT summed up, against sums made by jq.
ledger timewait --json >"$tap_dir/timewait"
tap_is "timewait counts those in TIME_WAIT now" "$(jq .now "$tap_dir/timewait")" \
	"$(jq -s 'map(select(.live and .state == "TIME_WAIT")) | length' "$tap_dir/json")"
tap_is "timewait counts the exits" "$(jq -S -c '.exits | with_entries(select(.value > 0))' "$tap_dir/timewait")" \
	"$(jq -s -S -c '[.[].time_wait | select(. != null) | .exit | select(. != null)] | group_by(.) | map({(.[0]): length}) | add' "$tap_dir/json")"
tap_is "timewait sums what was absorbed" "$(jq -c '[.fin_reacks, .old_duplicates, .restarts]' "$tap_dir/timewait")" \
	"$(jq -s -c '[.[].time_wait | select(. != null)] | [(map(.fin_reacks) | add), (map(.old_duplicates) | add), (map(.restarts) | add)]' "$tap_dir/json")"
tap_is "only exact residences are in the distribution" \
	"$(jq -c '.residence | [.exact, .bound, .min_ns, .max_ns]' "$tap_dir/timewait")" \
	"$(jq -s -c '[.[].time_wait | select(. != null and .exit != null)] | (map(select(.residence_exact)) | map(.residence_ns)) as $r | [($r | length), (length - ($r | length)), ($r | min), ($r | max)]' "$tap_dir/json")"
tap_is "around 2MSL the distribution is by the second" \
	"$(jq -c '[.residence.buckets[] | select(.below_ns > 56e9 and .below_ns <= 67e9) | [.below_ns, .count]]' "$tap_dir/timewait")" \
	"$(jq -s -c '[.[].time_wait | select(. != null and .exit != null and .residence_exact).residence_ns |
		select(. >= 56e9 and . < 67e9) | (. / 1e9 | floor + 1) * 1e9] | group_by(.) | map([.[0], length])' "$tap_dir/json")"
tap_is "... and has each once" "$(jq '[.residence.buckets[].count] | add' "$tap_dir/timewait")" \
	"$(jq .residence.exact "$tap_dir/timewait")"
tap_is "every remote address with TIME_WAIT is there" "$(jq -r '.remotes[].remote' "$tap_dir/timewait" | sort)" \
	"$(jq -r 'select(.time_wait != null) | .remote' "$tap_dir/json" | sort -u)"
tap_is "timewait takes filters" "$(ledger timewait --addr 127.0.0.1 --json | jq -c '[.now, .ended]')" "[1,0]"
ledger timewait >"$tap_dir/people"
tap_true "timewait for people names the next to end" \
	grep -q "now: 1; oldest 1.2ms, next to end in 59.9s" "$tap_dir/people"
tap_end
