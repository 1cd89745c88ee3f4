#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The counters as text, JSON and OpenMetrics.
. ./tap.sh

tap_plan 22

mkdir "$tap_dir/proc"
cat >"$tap_dir/proc/stats" <<'END'
records_live 12
records_history 7
memory_bytes 123456
evicted_history 3
not_kept_full 0
segments_in 100
segments_out 90
stray_segments 4
lost_log_entries 1
opens_established 15
opens_timed_out 2
closes_four_segment 9
anomalies_syn_retransmit 5
missed_probes 0
method_time_wait_exit kprobe
hist_handshake_2048 1
hist_handshake_1024 4
hist_handshake_inf 2
something_new 18446744073709551615
END
stats() { TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" stats "$@"; }

tap_is "the text has every line" "$(stats | tr -s ' ')" "$(cat "$tap_dir/proc/stats")"
tap_is "JSON has numbers" "$(stats --json | jq -c '[.records_live, .opens_established, .something_new > 1e19]')" "[12,15,true]"
tap_is "JSON has every name in order" "$(stats --json | jq -r 'keys_unsorted[]')" "$(cut -d' ' -f1 "$tap_dir/proc/stats")"
tap_is "what is no number is a string" "$(stats --json | jq -c .method_time_wait_exit)" '"kprobe"'

stats --openmetrics >"$tap_dir/metrics"
# What the OpenMetrics text format asks for: families in one piece and once,
# TYPE first, suffixes by type, no blank line, # EOF last.
# shellcheck disable=SC2016 # the dollars are awk's
tap_true "OpenMetrics is well formed" awk '
	function bad(why) { print NR ": " why ": " $0; failed = 1; exit 1 }
	end { bad("text after # EOF") }
	$0 == "# EOF" { end = 1; next }
	/^# TYPE / {
		if (NF != 4 || seen[$3]++) bad("TYPE")
		family = $3; type = $4; next
	}
	/^# (HELP|UNIT) / { if ($3 != family) bad("foreign metadata"); next }
	!/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? [0-9.+-eInf]+$/ { bad("syntax") }
	{
		name = $0; sub(/[{ ].*/, "", name)
		want = family
		if (type == "counter") want = family "_total"
		if (type == "info") want = family "_info"
		if (type == "histogram") want = family "_bucket"
		if (name != want) bad("want " want)
		sample = $0; sub(/ [^ ]*$/, "", sample)
		if (had[sample]++) bad("twice")
	}
	END { if (!failed && !end) { print "no # EOF"; exit 1 } }' "$tap_dir/metrics"

has() { tap_true "has $1" grep -qxF "$1" "$tap_dir/metrics"; }
has '# TYPE tcpledger_opens counter'
has 'tcpledger_opens_total{outcome="established"} 15'
has 'tcpledger_opens_total{outcome="timed_out"} 2'
has 'tcpledger_closes_total{kind="four_segment"} 9'
has 'tcpledger_anomalies_total{tag="syn_retransmit"} 5'
has 'tcpledger_evicted_total{cause="history"} 3'
has 'tcpledger_lost_total{cause="log_entries"} 1'
has '# TYPE tcpledger_records gauge'
has 'tcpledger_records{state="live"} 12'
has 'tcpledger_memory_bytes 123456'
has 'tcpledger_stray_segments_total 4'
has 'tcpledger_method_info{of="time_wait_exit",method="kprobe"} 1'
has '# TYPE tcpledger_something_new unknown'
has 'tcpledger_something_new 18446744073709551615'
tap_is "buckets add up in order" "$(grep '^tcpledger_handshake_seconds_bucket' "$tap_dir/metrics")" \
'tcpledger_handshake_seconds_bucket{le="0.000001024"} 4
tcpledger_handshake_seconds_bucket{le="0.000002048"} 5
tcpledger_handshake_seconds_bucket{le="+Inf"} 7'

printf 'method_x a"b\\c\033\n' >"$tap_dir/proc/stats"
tap_is "a hostile value is escaped" "$(stats --openmetrics | grep _info)" \
	"$(printf 'tcpledger_method_info{of="x",method="a\\"b\\\\c\033"} 1')"
tap_is "and harmless in text" "$(stats)" 'method_x a"b\\c\x1b'
tap_end
