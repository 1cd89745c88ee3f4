# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debian's ClickHouse on loopback, for the tests of rows: source this after tap.sh, from a
# script that lies beside it. The script begins anew in a network namespace, where
# nobody else has these ports.
# shellcheck disable=SC2154 # tap_dir
if [ -z "${CLICKHOUSE_INSIDE:-}" ]; then
	options=(--net)
	[ "$(id -u)" -eq 0 ] || options+=(--map-root-user)
	rm -rf "$tap_dir"
	CLICKHOUSE_INSIDE=1 exec unshare "${options[@]}" "./$(basename "$0")" "$@"
fi
unset CLICKHOUSE_INSIDE
clickhouse=$(realpath -m ../../.build/clickhouse)
sql=$(realpath ../../tools/clickhouse)

# After the plan.
clickhouse_begin()
{
	[ -x "$clickhouse/usr/bin/clickhouse-server" ] ||
		tap_skip_rest "ClickHouse takes the rows" "no ClickHouse: run selftests/vm/fetch.sh clickhouse"
	ip link set lo up
	trap 'jobs -rp | xargs -r kill; wait; rm -rf "$tap_dir"' EXIT
	export LD_LIBRARY_PATH=$clickhouse/usr/lib/x86_64-linux-gnu
}

until_true()
{
	local end=$((SECONDS + 120))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.1 <> <(:) || :
	done
}
# ask SERVER [OPTION...]: what the client says, with its complaint
ask() { "$clickhouse/usr/bin/clickhouse-client" --host "127.0.0.$1" "${@:2}" 2>&1; }
start()		# SERVER
{
	local dir=$tap_dir/$1

	mkdir "$dir"
	sed "s|@DIR@|$dir|g; s|@ADDRESS@|127.0.0.$1|g; s|@SHARD@|$1|g" fleet_server.xml >"$dir/config.xml"
	timeout 1200 "$clickhouse/usr/bin/clickhouse-server" --config-file="$dir/config.xml" >"$dir/out" 2>&1 &
}
answers() { [ "$(ask "$1" -q 'SELECT 1')" = 1 ]; }
# run SERVER DATABASE FILE: its statements, with this database in place of tcpledger
run() { sed "s/\btcpledger\./$2./g; s/IF NOT EXISTS tcpledger;/IF NOT EXISTS $2;/" "$sql/$3.sql" | ask "$1" -mn; }
# insert SERVER DATABASE FILE
insert() { ask "$1" --insert_distributed_sync=1 -q "INSERT INTO $2.connections FORMAT JSONEachRow" <"$3"; }
