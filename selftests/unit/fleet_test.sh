#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rows of two machines in ClickHouse: Debian's own server, twice, with a Distributed table
# over both, and each question of tools/clickhouse with the answer that jq finds in what
# happened, of which make_fleet tells without regard to rows.
#
#   FLEET=N   connections, default 5000
# shellcheck disable=SC2317 # until_true calls what it is given
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=clickhouse.sh
. "$here/clickhouse.sh"

count=${FLEET:-5000}
questions=$(basename -s .sql "$sql"/questions/*.sql)
tap_plan 25 "$questions" "$questions" "$questions"
clickhouse_begin

start 2
start 3
# Meanwhile the rows.
(umask 077; head -c 32 /dev/urandom | base64 >"$tap_dir/key")
mkdir "$tap_dir/fleet"
# As if it were an hour later, so that what is told last is fresh as long as this may take.
.build/make_fleet "$tap_dir/fleet" "$count" $(($(date +%s) + 3600))
rows()
{
	"$TCPLEDGER" follow --rows --join-key "$tap_dir/key" --file "$tap_dir/fleet/$1" >"$tap_dir/$1.rows"
}
rows web-1 &
web=$!
rows db-1
wait "$web"
rows web-1.early
jq -n -r -f fleet.jq "$tap_dir/fleet/talks" >"$tap_dir/answers"
total=$(jq 'if .client and .server then 2 else 1 end' "$tap_dir/fleet/talks" | jq -s add)
lasting=$(jq -c 'select(.client and (.end == "leak" or .end == "time_wait")) | 1' "$tap_dir/fleet/talks" | wc -l)
rm -r "$tap_dir/fleet"

tap_true "one server starts" until_true answers 2
tap_true "another server starts" until_true answers 3
ktap_say "ClickHouse $(ask 2 -q 'SELECT version()'), $count connections, $total rows"

# The columns.
tap_is "the columns can be made" "$(run 2 tcpledger columns; run 3 tcpledger columns; run 2 single columns)" ""
"$TCPLEDGER" follow --rows --with-sequence --file <(./.build/make_stream "$FIXTURES/records" start records snapshot_end) |
	head -n 1 | jq -r 'keys[]' | LC_ALL=C sort >"$tap_dir/keys"
tap_same "they are those of a row" "$(ask 2 -q 'DESCRIBE TABLE tcpledger.columns' | cut -f1 | LC_ALL=C sort)" "$(cat "$tap_dir/keys")"
tap_is "and of types that later releases have too" \
	"$(ask 2 -q "SELECT DISTINCT type FROM system.columns WHERE database = 'tcpledger' FORMAT TabSeparatedRaw" |
		sed -E 's/^(Array|Nullable)\((.*)\)$/\2/' | sort -u | grep -vE "^(U?Int(8|16|32|64)|String|DateTime(\('UTC'\))?)$")" ""

# One server.
tap_is "the table of one server can be made" "$(run 2 single single; run 2 single views)" ""
tap_is "rows go in" "$(insert 2 single "$tap_dir/web-1.early.rows"; insert 2 single "$tap_dir/web-1.rows"; insert 2 single "$tap_dir/db-1.rows")" ""
tap_is "each record is there once" "$(ask 2 -q 'SELECT count() FROM single.latest')" "$total"

# A cluster. Without ZooKeeper it cannot be replicated: that the statement is sound is seen by
# what it lacks, and the rest is done with tables that are not replicated.
tap_is "the replicated table lacks ZooKeeper and nothing else" \
	"$(run 2 tcpledger cluster | grep -oE 'Code: [0-9]+' | sort -u)" "Code: 225"
for server in 2 3; do
	sed -E "s/Replicated(ReplacingMergeTree)\([^)]*(version)\)/\1(\2)/" "$sql/cluster.sql" | ask "$server" -mn
	run "$server" tcpledger views
done >"$tap_dir/made"
tap_is "the tables of a cluster can be made" "$(cat "$tap_dir/made")" ""
tap_is "first what one machine knew early" "$(insert 2 tcpledger "$tap_dir/web-1.early.rows")" ""
early=$(wc -l <"$tap_dir/web-1.early.rows")
tap_is "all of that lives" "$(ask 3 -q 'SELECT count(), sum(live) FROM tcpledger.latest')" "$early"$'\t'"$early"
tap_true "and that is something" test "$early" -gt $((count / 1000))
tap_is "then the rest, into one server and the other" \
	"$(insert 2 tcpledger "$tap_dir/web-1.rows"; insert 3 tcpledger "$tap_dir/db-1.rows")" ""
tap_is "newer rows took the place of older ones" "$(ask 3 -q 'SELECT count(), sum(live) FROM tcpledger.latest')" \
	"$total"$'\t'"$lasting"
tap_is "each machine has its shard" \
	"$(for server in 2 3; do ask "$server" -q 'SELECT DISTINCT host FROM tcpledger.connections_local'; done | paste -sd' ')" "web-1 db-1"

# The questions.
check()		# SERVER DATABASE WHAT
{
	local question

	for question in $questions; do
		tap_same "$question, $3" "$(run "$1" "$2" "questions/$question")" \
			"$(sed -n "s/^$question\t//p" "$tap_dir/answers")"
	done
}
check 2 single "one server"
check 3 tcpledger "two servers"
tap_is "all is sent once more" "$(insert 3 tcpledger "$tap_dir/db-1.rows"; insert 3 tcpledger "$tap_dir/web-1.rows")" ""
tap_is "and changes nothing" "$(ask 2 -q 'SELECT count() FROM tcpledger.latest')" "$total"
check 2 tcpledger "after all was sent twice"
for server in 2 3; do ask "$server" -q 'OPTIMIZE TABLE tcpledger.connections_local FINAL'; done >"$tap_dir/made"
stored=$(for server in 2 3; do ask "$server" -q 'SELECT count() FROM tcpledger.connections_local'; done | paste -sd+)
tap_is "nor does it take more room in the end" "$(cat "$tap_dir/made")$((stored))" "$total"

# While they happen, with a server that does not answer at first.
mkdir "$tap_dir/bin" "$tap_dir/proc"
mkfifo "$tap_dir/proc/events"
cat >"$tap_dir/bin/clickhouse-client" <<END
#!/bin/sh
[ -e "$tap_dir/refused" ] || { touch "$tap_dir/refused"; exit 1; }
exec "$clickhouse/usr/bin/clickhouse-client" "\$@"
END
chmod +x "$tap_dir/bin/clickhouse-client"
PATH=$tap_dir/bin:$(dirname "$TCPLEDGER"):$PATH INTERVAL=0.2 SPOOL=$tap_dir/spool TCPLEDGER_PROC=$tap_dir/proc \
	timeout 300 "$sql/insert.sh" --join-key "$tap_dir/key" -- --host 127.0.0.3 >"$tap_dir/inserted" 2>&1 &
insert=$!
exec 8>"$tap_dir/proc/events"
./.build/make_stream "$FIXTURES/records" start records snapshot_end >&8
there() { [ "$(ask 2 -q "SELECT count() FROM tcpledger.latest WHERE host = 'host'")" = "$1" ]; }
tap_true "rows are there soon after they happened" until_true there "$("$TCPLEDGER" list --json --file "$FIXTURES/records" | wc -l)"
tap_is "though the first attempt failed" "$(grep -c 'kept and tried again' "$tap_dir/inserted")" 1
./.build/make_stream "$FIXTURES/records" unload start records snapshot_end stop >&8
exec 8>&-
wait "$insert"
tap_is "it ends as 'follow' does" "$?" 1
tap_true "with the last rows in" until_true there "$((2 * $("$TCPLEDGER" list --json --file "$FIXTURES/records" | wc -l)))"

# A log, entry by entry.
tap_is "the entries of a log are rows" \
	"$(ask 2 -q "SELECT n, dir, flags FROM tcpledger.log WHERE host = 'web-1' AND id = 1 AND type = 'segment' ORDER BY n" | head -n 3)" \
	"$(jq -r 'select(.id == 1) | range(.log_t_ns | length) as $n | select(.log_type[$n] == "segment")
		| [$n + 1, .log_dir[$n], .log_flags[$n]] | @tsv' "$tap_dir/web-1.rows" | head -n 3)"
tap_is "no server complained" "$(grep -hE '<(Error|Fatal)>' "$tap_dir"/[23]/errors | grep -vE 'Code: 225|ZooKeeper' | head -n 3)" ""
tap_end
