# SPDX-License-Identifier: GPL-2.0
# The answers to tools/clickhouse/questions, out of the rows alone: each line begins with the
# name of its question. Input is what fleet_slim.jq left of each row.

def line($question): [$question] + map(if . == null then "\\N" else tostring end) | join("\t");
def groups(key; value): group_by(key) | map({key: .[0] | key, rows: .} | value);
# As quantileExact() of ClickHouse does: of n values the one at level * n.
def quantile($level): sort as $sorted | $sorted[($level * length | floor)];
def longest: map(select(. != null)) | max;

def server: .open_role == "passive";
def service: {server: (if server then .local else .remote end), client: (if server then .remote else .local end),
	port: (if server then .lport else .rport end)};
def opened: map(select(.open_role == "active" or .open_role == "passive"));
def by_client: map(select(.open_role == "active"));
def pairs: opened | map(select(.join_key != "")) | groups(.join_key; .rows)
	| map({client: map(select(server | not)), server: map(select(server))}
		| select((.client | length) == 1 and (.server | length) == 1)
		| {client: .client[0], server: .server[0]});

[inputs] as $rows
| ($rows | pairs) as $pairs
| ($rows | map(select(.live == 1 and .state == "CLOSE_WAIT" and .state_age_ns >= 60000000000))
	| groups([.host, .owner_comm, .remote]; .key + [(.rows | length), (.rows | map(.state_age_ns) | max)])
	| sort_by([-.[3], .[0], .[1], .[2]])[] | line("01_close_wait")),
  ($rows | by_client | map(select(.open_handshake_ns != null))
	| groups([service.server, service.port, (.opened_at - .opened_at % 3600)];
		.key[:2] + [(.key[2] | strftime("%Y-%m-%d %H:%M:%S")), (.rows | length)]
		+ (.rows | map(.open_handshake_ns) | [quantile(0.5), quantile(0.99)]))
	| .[] | line("02_handshake")),
  ($rows | opened | map(select(.close_kind == "reset"))
	| groups((if .close_reset_by == "local" then [.local, .remote] else [.remote, .local] end) + [service.port];
		.key + [(.rows | length), (.rows | map(select(.close_reset_by == "local")) | length)])
	| sort_by([-.[3], .[0], .[1], .[2]])[] | line("03_resets")),
  ($rows | map(select(.time_wait_entered_ns != null))
	| groups(.remote; [.key, (.rows | map(select(.live == 1 and .state == "TIME_WAIT")) | length), (.rows | length),
		(.rows | map(select(.time_wait_exit == "reused")) | length),
		(.rows | map(select(.time_wait_exit == "reset")) | length), (.rows | map(.time_wait_residence_ns) | longest)])
	| sort_by([-.[2], .[0]])[] | line("04_time_wait")),
  ($rows | map(select(.anomalies | index("syn_dropped")))
	| groups([.host, .lport]; .key + [(.rows | length),
		(.rows | map(select(.anomalies | index("accept_queue_full"))) | length),
		(.rows | map(select(.anomalies | index("syn_queue_full"))) | length),
		(.rows | map(.remote) | unique | length)])
	| sort_by([-.[2], .[0], .[1]])[] | line("05_syn_drops")),
  ($pairs | map(select(.client.close_kind != .server.close_kind))
	| groups([.client.host, .server.host, .server.lport, .client.close_kind, .server.close_kind]; .key + [(.rows | length)])
	| sort_by([-.[5], .[:5]])[] | line("06_both_ends")),
  ($pairs | map(select(.client.syns_out > 1))
	| groups([.client.host, .server.host]; (.rows | map(.client.syns_out) | add) as $sent
		| (.rows | map(.server.syns_in) | add) as $came | .key + [(.rows | length), $sent, $came, $sent - $came])
	| .[] | line("07_lost_syns")),
  ($rows | by_client | map(select(.open_outcome != "established" and .open_outcome != "in_progress"))
	| groups([.host, .owner_comm, .remote, .rport, .open_outcome]; .key + [(.rows | length)])
	| sort_by([-.[5], .[:5]])[] | line("08_failed")),
  ($pairs | map(select(.client.local != .server.remote))
	| groups([.client.host, .client.local, .server.remote]; .key + [(.rows | length)])
	| sort_by([-.[3], .[:3]])[] | line("09_nat")),
  ($rows | by_client | map(select(.close_first == "local" and .residence_fin_wait2_ns != null))
	| groups([service.server, service.port]; .key + [(.rows | length)]
		+ (.rows | map(.residence_fin_wait2_ns) | [quantile(0.5), max]))
	| sort_by([-.[4], .[0], .[1]])[] | line("10_fin_wait2"))
