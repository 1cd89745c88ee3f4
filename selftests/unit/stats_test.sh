#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The counters as text, JSON and OpenMetrics.
. ./tap.sh

tap_plan 44

mkdir "$tap_dir/proc"
cat >"$tap_dir/proc/stats" <<'END'
records_total 19
records_live 12
records_time_wait 5
records_embryonic 2
records_history 7
records_never_established 3
memory_bytes 123456
records_created 22
evicted_history 3
evicted_pressure 2
shed 6
filtered 8
disabled 0
not_kept_full 0
segments_in 100
segments_out 90
stray_segments 4
lost_log_entries 1
opens_established 15
opens_timed_out 2
closes_four_segment 9
anomalies_syn_retransmit 5
missed_timewait 1
missed_ends 2
missed_probes 0
method_time_wait_exit kprobe
hist_handshake_2048 1
hist_handshake_1024 4
hist_handshake_inf 2
hist_time_wait_61000000000 8
hist_time_wait_inf 0
something_new 18446744073709551615
something_total 5
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

# A sum over a label counts each record once, and no name ends like those that OpenMetrics
# makes of others.
sum() { awk -v family="tcpledger_$1{" 'index($0, family) == 1 { sum += $NF } END { print sum + 0 }' "$tap_dir/metrics"; }
tap_is "the sum of records is that of records held" "$(sum records)" "$(stats --json | jq .records_total)"
tap_is "no family has the suffix of a sample" \
	"$(sed -n 's/^# \(TYPE\|HELP\) \([^ ]*\).*/\2/p' "$tap_dir/metrics" |
		grep -E '_(total|created|count|sum|bucket|gcount|gsum|info)$')" ""
tap_is "each family has a HELP" "$(sed -n 's/^# TYPE \([^ ]*\).*/\1/p' "$tap_dir/metrics" | sort)" \
	"$(sed -n 's/^# HELP \([^ ]*\) ..*/\1/p' "$tap_dir/metrics" | sort)"

# Prometheus reads OpenMetrics where it stores what is backdated, which wants times. What it has
# to say of names and texts, it says of its own older format.
promtool=$(command -v promtool || echo "../../.build/prometheus/usr/bin/promtool")
stats --prometheus >"$tap_dir/older"
if [ -x "$promtool" ]; then
	sed '/^#/!s/$/ 1/' "$tap_dir/metrics" >"$tap_dir/timed"
	tap_true "Prometheus reads it" "$promtool" tsdb create-blocks-from openmetrics "$tap_dir/timed" "$tap_dir/blocks"
	sed '/^tcpledger_opens/s/{/{{/' "$tap_dir/timed" >"$tap_dir/bad"
	tap_true "... and would not read all" sh -c "! $promtool tsdb create-blocks-from openmetrics $tap_dir/bad $tap_dir/blocks"
	tap_is "promtool finds no fault with names and texts" "$("$promtool" check metrics <"$tap_dir/older" 2>&1)" ""
	sed 's/^# HELP.*//; s/_total/_count/' "$tap_dir/older" >"$tap_dir/bad"
	tap_true "... and would with others" sh -c "! $promtool check metrics <$tap_dir/bad"
else
	tap_skip "Prometheus reads it" "no promtool: run selftests/vm/fetch.sh prometheus" 4
fi
# Both formats tell the same, but for what only one of them has.
tap_is "the older format has the same samples" \
	"$(grep -v '^#' "$tap_dir/older" | grep -vE '_seconds_(sum|count) ')" "$(grep -v '^#' "$tap_dir/metrics")"
tap_is "... each family with the name of its samples" \
	"$(sed -n 's/^# TYPE \([^ ]*\) \(counter\|gauge\|untyped\)$/\1/p' "$tap_dir/older" | sort)" \
	"$(grep -vE '^#|_seconds_' "$tap_dir/older" | sed 's/[{ ].*//' | sort -u)"
tap_is "... only with types that node_exporter knows" \
	"$(sed -n 's/^# TYPE [^ ]* //p' "$tap_dir/older" | sort -u | paste -sd' ')" "counter gauge histogram untyped"
tap_is "... and the sum that nobody knows" "$(grep -E 'handshake_seconds_(sum|count)' "$tap_dir/older" | paste -sd' ')" \
	"tcpledger_handshake_seconds_sum NaN tcpledger_handshake_seconds_count 7"

has() { tap_true "has $1" grep -qxF "$1" "$tap_dir/metrics"; }
has '# TYPE tcpledger_opens counter'
has 'tcpledger_opens_total{outcome="established"} 15'
has 'tcpledger_opens_total{outcome="timed_out"} 2'
has 'tcpledger_closes_total{kind="four_segment"} 9'
has 'tcpledger_anomalies_total{tag="syn_retransmit"} 5'
has 'tcpledger_evicted_total{cause="history"} 3'
has 'tcpledger_evicted_pressure_total 2'
has 'tcpledger_shed_total 6'
has 'tcpledger_filtered_total 8'
has 'tcpledger_lost_total{cause="log_entries"} 1'
has '# TYPE tcpledger_records gauge'
has 'tcpledger_records{state="live"} 12'
has 'tcpledger_records_time_wait 5'
has 'tcpledger_records_made_total 22'
has 'tcpledger_missed_total{what="ends"} 2'
has '# HELP tcpledger_time_wait_seconds Measured stays in TIME_WAIT.'
has 'tcpledger_something_total_value 5'
has 'tcpledger_memory_bytes 123456'
has 'tcpledger_stray_segments_total 4'
has 'tcpledger_method_info{of="time_wait_exit",method="kprobe"} 1'
has '# TYPE tcpledger_something_new unknown'
has 'tcpledger_something_new 18446744073709551615'
tap_is "buckets add up in order" "$(grep '^tcpledger_handshake_seconds_bucket' "$tap_dir/metrics")" \
'tcpledger_handshake_seconds_bucket{le="0.000001024"} 4
tcpledger_handshake_seconds_bucket{le="0.000002048"} 5
tcpledger_handshake_seconds_bucket{le="+Inf"} 7'

printf 'hist_5 1\nhist_ 2\n' >"$tap_dir/proc/stats"
tap_is "what only begins like a histogram is none" "$(stats --openmetrics | grep -v '^#')" \
"tcpledger_hist_5 1
tcpledger_hist_ 2"
printf 'method_x a"b\\c\033\n' >"$tap_dir/proc/stats"
tap_is "a hostile value is escaped" "$(stats --openmetrics | grep _info)" \
	"$(printf 'tcpledger_method_info{of="x",method="a\\"b\\\\c\033"} 1')"
tap_is "and harmless in text" "$(stats)" 'method_x a"b\\c\x1b'

printf 'method_x "\\/\001\007\010\011\013\014\015\020\032\037\177\303\251\351\n' >"$tap_dir/proc/stats"
tap_is "JSON escapes what it must, and mends what is not UTF-8" "$(stats --json)" \
	"{\"method_x\":\"\\\"\\\\/\\u0001\\u0007\\b\\t\\u000b\\f\\r\\u0010\\u001a\\u001f$(printf '\177\303\251')\\\\xe9\"}"
printf 'b 1\na 2\nb 3\n' >"$tap_dir/proc/stats"
tap_is "JSON has a name once" "$(stats --json)" '{"b":1,"a":2}'
tap_end
