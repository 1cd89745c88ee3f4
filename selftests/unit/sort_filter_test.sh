#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Filters and orders, against what jq picks and sorts out of the whole.
. ./tap.sh

tap_plan 85

ledger() { "$TCPLEDGER" "$@" --file "$FIXTURES/records"; }
ledger --json >"$tap_dir/json"
tap_is "there are records to pick from" "$(jq .id "$tap_dir/json" | xargs)" "17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33"

# Options, and the same said in jq.
while IFS='|' read -r options expression; do
	[ -n "$options" ] || continue
	# shellcheck disable=SC2086
	tap_is "filter $options" "$(ledger $options --json | jq .id | sort -n | xargs)" \
		"$(jq "select($expression) | .id" "$tap_dir/json" | sort -n | xargs)"
done <<'END'
-4|.family == "inet"
-6|.family == "inet6"
-4 -6|true
--live|.live
--history|.live | not
-p 812|.owner.pid == 812
-p 812,640|.owner.pid == 812 or .owner.pid == 640
-p 812 -p 903|.owner.pid == 812 or .owner.pid == 903
--pid 1|false
-L 22|.lport == 22
-L 22,80,8080|.lport == 22 or .lport == 80 or .lport == 8080
-D 443|.rport == 443
-L 8080 -D 33333|.lport == 8080 and .rport == 33333
--addr 127.0.0.1|.local == "127.0.0.1" or .remote == "127.0.0.1"
--addr 10.0.0.0/8|(.local | startswith("10.")) or (.remote | startswith("10."))
--addr 10/8|(.local | startswith("10.")) or (.remote | startswith("10."))
--addr 10.1.2.0/29|.remote == "10.1.2.3" or .remote == "10.1.2.4"
--addr 192.0.2.8/31|.remote == "192.0.2.9"
--addr 2001:db8::/32|.family == "inet6"
--addr 2001:db8:aaaa::/48|.remote | startswith("2001:db8:aaaa:")
--addr ::/0|.family == "inet6"
--addr 0.0.0.0/0|.family == "inet"
--state CLOSE_WAIT|.state == "CLOSE_WAIT"
--state time-wait,fin_wait2|.state == "TIME_WAIT" or .state == "FIN_WAIT2"
--outcome refused|.open.outcome == "refused"
--outcome refused,aborted,timed_out|.open.outcome == "refused" or .open.outcome == "aborted" or .open.outcome == "timed_out"
--kind three_segment|.close.kind == "three_segment"
--kind none,reset|.close.kind == "none" or .close.kind == "reset"
--anomaly syn_retransmit|.anomalies | index("syn_retransmit")
--anomaly time_wait_reused,time_wait_assassinated|.anomalies | index("time_wait_reused") or index("time_wait_assassinated")
--comm curl|.owner.comm == "curl"
--comm cur|false
--comm café|.owner.comm == "café"
--uid 33|.owner.uid == 33
--uid 0 --live|.owner.uid == 0 and .live
--cgroup 4093|.owner.cgroup == 4093
--netns 4026531840|true
--since 30s|.id == 24 or .id == 25 or .id >= 30
--since 5m|.opened_at != null and .id != 23
--since 1h2m|.opened_at != null
--older 1h|.state_age_ns != null and .state_age_ns >= 3600000000000
--older 5|.state_age_ns != null and .state_age_ns >= 5000000000
--state CLOSE_WAIT --older 1m|.id == 23
END

# In which order the values of a key must stand; null is last, both ways.
sorted()	# VALUE ORDER
{
	jq -s -c "map($1) | (map(select(. != null)) | sort | $2) + map(select(. == null)) | .[]" "$tap_dir/json"
}
while read -r key value order other; do
	tap_same "--sort $key" "$(ledger --sort "$key" --json | jq -c "$value")" "$(sorted "$value" "$order")"
	tap_same "--sort $key --reverse" "$(ledger --sort "$key" --reverse --json | jq -c "$value")" \
		"$(sorted "$value" "$other")"
done <<'END'
id .id . reverse
opened .opened_at reverse .
ended .ended_at reverse .
age .state_age_ns reverse .
duration .duration_ns reverse .
handshake .open.handshake_ns reverse .
pid .owner.pid . reverse
comm .owner.comm . reverse
sent .bytes_sent reverse .
received .bytes_received reverse .
retransmits .retransmits reverse .
END
tap_is "--sort state goes along a life" "$(ledger --sort state --json | jq -r .state | uniq | xargs)" \
	"ESTABLISHED FIN_WAIT2 TIME_WAIT CLOSE_WAIT CLOSE"
tap_is "--sort local goes by address, then port" \
	"$(ledger --sort local -4 --json | jq -r '"\(.local) \(.lport)"')" \
	"$(jq -r 'select(.family == "inet") | "\(.local) \(.lport)"' "$tap_dir/json" | sort -t. -k1,1n -k2,2n -k3,3n -k4,4n -k5n | sort -s -k1,1V -k2,2n)"
tap_is "--sort remote puts IPv4 before IPv6" "$(ledger --sort remote --json | jq -r .family | uniq | xargs)" "inet inet6"
tap_is "--limit ends it" "$(ledger --sort id --limit 3 --json | jq .id | xargs)" "17 18 19"
tap_is "--limit without an order" "$(ledger --limit 3 --json | wc -l)" 3

ids() { awk 'NR > 1 { print $1 }' | xargs; }
tap_is "a table has live records first, newest first" "$(ledger | ids)" \
	"$(jq -s -r '(map(select(.live)) | sort_by(.opened_at // "") | reverse) + (map(select(.live | not)) | sort_by(.ended_at) | reverse) | .[].id' "$tap_dir/json" | xargs)"
# JSON is the table for programs: the same records in the same order.
while read -r options; do
	# shellcheck disable=SC2086
	tap_same "as in the table: $options" "$(ledger $options --json | jq .id | xargs)" "$(ledger $options | ids)"
done <<'END'
--state CLOSE_WAIT
--state CLOSE_WAIT,TIME_WAIT,CLOSE
--state CLOSE --limit 2
--state CLOSE --reverse
--older 1ms --limit 4
--older 1ms --reverse --limit 3
--older 1ms --sort id
--limit 5
--reverse
--reverse --limit 5
END
tap_is "--reverse of the table" "$(ledger --reverse | ids)" \
	"$(jq -s -r '(map(select(.live | not)) | sort_by(.ended_at)) + (map(select(.live)) | (map(select(.opened_at)) | sort_by(.opened_at)) + map(select(.opened_at | not))) | .[].id' "$tap_dir/json" | xargs)"
tap_is "the leak finder: CLOSE_WAIT, oldest first" "$(ledger list --state CLOSE_WAIT | ids)" "23 24"
ledger list --state CLOSE_WAIT >"$tap_dir/leaks"
tap_true "with its owner" grep -q "^24 904 café " "$tap_dir/leaks"
tap_end
