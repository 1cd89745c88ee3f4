#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rows that two real readers made in a VM, see selftests/fleet: the questions of
# tools/clickhouse answer what the load did there, of which it knows by itself.
#
#   FLEET_VM=DIR   what vm.sh left
# shellcheck disable=SC2317 # until_true calls what it is given
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=clickhouse.sh
. "$here/clickhouse.sh"

tap_plan 17
[ -e "${FLEET_VM:-}/truth" ] || tap_skip_rest "rows of a VM" "no such rows: make check-fleet makes them"
clickhouse_begin
truth() { sed -n "s/^$1 //p" "$FLEET_VM/truth"; }
closed=$(truth closed) reset=$(truth reset) leaked=$(truth leaked) refused=$(truth refused)
client=10.1.0.1 server=10.1.0.2
start 2
tap_true "a server starts" until_true answers 2
tap_is "the tables can be made" "$(run 2 tcpledger columns; run 2 tcpledger single; run 2 tcpledger views)" ""
tap_is "rows go in" "$(insert 2 tcpledger "$FLEET_VM/web-1.rows"; insert 2 tcpledger "$FLEET_VM/db-1.rows")" ""
ktap_say "$(cat "$FLEET_VM"/*.rows | wc -l) rows of $((closed + reset + leaked + refused)) connections"

# Their first columns, where the others are times that nobody else knows.
question() { run 2 tcpledger "questions/$1" | cut -f "$2"; }
count() { ask 2 -q "SELECT count() FROM tcpledger.$1"; }
tap_is "each record is there once" "$(count latest)" $((2 * (closed + reset + leaked + refused)))
tap_is "both ends of each connection find each other" "$(count pairs)" $((closed + reset + leaked))
tap_is "the ends are on two machines" \
	"$(ask 2 -q 'SELECT DISTINCT client_host, server_host FROM tcpledger.pairs')" $'web-1\tdb-1'
tap_true "what lasts was told again and again" test \
	"$(jq -c 'select(.live == 1) | 1' "$FLEET_VM/web-1.rows" | wc -l)" -ge $((leaked * 60))
tap_is "01_close_wait" "$(question 01_close_wait 1-4)" $'web-1\tload\t'"$server"$'\t'"$leaked"
tap_is "02_handshake" "$(question 02_handshake 1,2,4 | awk '{ n += $3 } END { print $1, $2, n }')" \
	"$server 5432 $((closed + reset + leaked))"
tap_is "03_resets" "$(question 03_resets 1-5)" "$server"$'\t'"$client"$'\t'5432$'\t'"$reset"$'\t'"$reset"
tap_is "04_time_wait" "$(question 04_time_wait 1-5)" "$server"$'\t'0$'\t'"$closed"$'\t'0$'\t'0
tap_is "05_syn_drops" "$(question 05_syn_drops 1-)" ""
tap_is "06_both_ends" "$(question 06_both_ends 1-)" \
	$'web-1\tdb-1\t5432\topen\ttimed_out\t'"$leaked"
tap_is "07_lost_syns" "$(question 07_lost_syns 1-)" ""
tap_is "08_failed" "$(question 08_failed 1-)" $'web-1\tload\t'"$server"$'\t81\trefused\t'"$refused"
tap_is "09_nat" "$(question 09_nat 1-)" ""
tap_is "10_fin_wait2" "$(question 10_fin_wait2 1-3)" "$server"$'\t5432\t'"$closed"
tap_end
