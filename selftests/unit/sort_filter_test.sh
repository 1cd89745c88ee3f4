#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Filters and orders, against what jq picks and sorts out of the whole.
. ./tap.sh

tap_plan 65

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
--netns 5|false
--since 30s|.id == 24 or .id == 25 or .id >= 30
--since 5m|.opened_at != null and .id != 23
--since 1h2m|.opened_at != null
--older 1h|.state_age_ns != null and .state_age_ns >= 3600000000000
--older 5|.state_age_ns != null and .state_age_ns >= 5000000000
--state CLOSE_WAIT --older 1m|.id == 23
END

# In which order the values of a key must stand; null counts as last.
while IFS='|' read -r key value order; do
	[ -n "$key" ] || continue
	ledger --sort "$key" --json | jq -c "$value" >"$tap_dir/got"
	tap_is "--sort $key" "$(xargs -0 <"$tap_dir/got")" \
		"$(jq -s -c "[.[] | $value] | $order | .[]" "$tap_dir/json" | xargs -0)"
done <<'END'
id|.id|sort
opened|(.opened_at // "")|sort | reverse
age|(.state_age_ns // -1)|sort | reverse
duration|(.duration_ns // -1)|sort | reverse
handshake|(.open.handshake_ns // -1)|sort | reverse
pid|(.owner.pid // 4294967295)|sort
sent|(.bytes_sent // -1)|sort | reverse
received|(.bytes_received // -1)|sort | reverse
retransmits|(.retransmits // -1)|sort | reverse
END
tap_is "--sort comm" "$(ledger --sort comm --json | jq -c '.owner.comm // ""')" \
	"$(jq -s -c 'map(.owner.comm // "") | sort | .[]' "$tap_dir/json")"
tap_is "--sort state goes along a life" "$(ledger --sort state --json | jq -r .state | uniq | xargs)" \
	"ESTABLISHED FIN_WAIT2 TIME_WAIT CLOSE_WAIT CLOSE"
tap_is "--sort local goes by address, then port" \
	"$(ledger --sort local -4 --json | jq -r '"\(.local) \(.lport)"')" \
	"$(jq -r 'select(.family == "inet") | "\(.local) \(.lport)"' "$tap_dir/json" | sort -t. -k1,1n -k2,2n -k3,3n -k4,4n -k5n | sort -s -k1,1V -k2,2n)"
tap_is "--sort remote puts IPv4 before IPv6" "$(ledger --sort remote --json | jq -r .family | uniq | xargs)" "inet inet6"
tap_is "--sort ended puts what ended last on top" "$(ledger --sort ended --history --json | jq -r .ended_at)" \
	"$(jq -r 'select(.live | not) | .ended_at' "$tap_dir/json" | sort -r)"
tap_is "--reverse turns it round" "$(ledger --sort id --reverse --json | jq .id)" "$(ledger --sort id --json | jq .id | tac)"
tap_is "--limit ends it" "$(ledger --sort id --limit 3 --json | jq .id | xargs)" "17 18 19"
tap_is "--limit without an order" "$(ledger --limit 3 --json | wc -l)" 3

ids() { awk 'NR > 1 { print $1 }' | xargs; }
tap_is "a table has live records first, newest first" "$(ledger | ids)" \
	"$(jq -s -r '(map(select(.live)) | sort_by(.opened_at // "") | reverse) + (map(select(.live | not)) | sort_by(.ended_at) | reverse) | .[].id' "$tap_dir/json" | xargs)"
tap_is "the leak finder: CLOSE_WAIT, oldest first" "$(ledger list --state CLOSE_WAIT | ids)" "23 24"
ledger list --state CLOSE_WAIT >"$tap_dir/leaks"
tap_true "with its owner" grep -q "^24 904 café " "$tap_dir/leaks"
tap_end
