# SPDX-License-Identifier: GPL-2.0
# The answers to tools/clickhouse/questions, out of what happened to each connection, as
# make_fleet tells it, and not out of what was recorded of it: each line begins with the name
# of its question.

def line($question): [$question] + map(if . == null then "\\N" else tostring end) | join("\t");
def groups(key; value): group_by(key) | map({key: .[0] | key, talks: .} | value);
def count(f): map(select(f)) | length;
# As quantileExact() of ClickHouse does: of n values the one at level * n.
def quantile($level): sort as $sorted | $sorted[($level * length | floor)];

# Of each connection: which ends were recorded, whether it was opened, how it ended.
def by_client: map(select(.client));
def by_server: map(select(.server));
def at_both: map(select(.client and .server));
def is_opened: .end | IN("dropped", "refused", "timed_out") | not;
def was_reset: .end == "reset" or .end == "reset_lost";
def was_in_time_wait: .end == "closed" or .end == "time_wait";

[inputs] as $talks
| ($talks | by_client | map(select(.end == "leak" and .fresh and .close_wait >= 60000000000))
	| groups([.client.host, .program, .client.sees]; .key + [(.talks | length), (.talks | map(.close_wait) | max)])
	| sort_by([-.[3], .[0], .[1], .[2]])[] | line("01_close_wait")),
  ($talks | by_client | map(select(is_opened))
	| groups([.client.sees, .port, (.opened - .opened % 3600)];
		.key[:2] + [(.key[2] | strftime("%Y-%m-%d %H:%M:%S")), (.talks | length)]
		+ (.talks | map(.handshake) | [quantile(0.5), quantile(0.99)]))
	| .[] | line("02_handshake")),
  # By the server, always; where that is not recorded, the client has to have seen it.
  ($talks | map(select(was_reset and (.server or .end == "reset")))
	| groups((if .server then [.server.address, .server.sees] else [.client.sees, .client.address] end) + [.port];
		.key + [(.talks | length), (.talks | count(.server))])
	| sort_by([-.[3], .[0], .[1], .[2]])[] | line("03_resets")),
  ($talks | by_client | map(select(was_in_time_wait))
	| groups(.client.sees; (.talks | map(select(.end == "closed"))) as $over
		| [.key, (.talks | count(.end == "time_wait" and .fresh)), (.talks | length),
			($over | count(.exit == "reused")), ($over | count(.exit == "reset")), ($over | map(.time_wait) | max)])
	| sort_by([-.[2], .[0]])[] | line("04_time_wait")),
  ($talks | by_server | map(select(.end == "dropped"))
	| groups([.server.host, .port]; .key + [(.talks | length), (.talks | count(.queue == "accept")),
		(.talks | count(.queue == "syn")), (.talks | map(.server.sees) | unique | length)])
	| sort_by([-.[2], .[0], .[1]])[] | line("05_syn_drops")),
  # The server gave up, and the client did not hear of it or does not care.
  ($talks | at_both | map(select(.end == "reset_lost" or (.end == "leak" and .fresh)))
	| groups([.client.host, .server.host, .port]
		+ (if .end == "leak" then ["open", "timed_out"] else ["timed_out", "reset"] end); .key + [(.talks | length)])
	| sort_by([-.[5], .[:5]])[] | line("06_both_ends")),
  ($talks | at_both | map(select(is_opened and .syns_sent > 1))
	| groups([.client.host, .server.host]; (.talks | map(.syns_sent) | add) as $sent
		| (.talks | map(.syns_arrived) | add) as $came | .key + [(.talks | length), $sent, $came, $sent - $came])
	| .[] | line("07_lost_syns")),
  ($talks | by_client | map(select(is_opened | not))
	| groups([.client.host, .program, .client.sees, .port, .end]; .key + [(.talks | length)])
	| sort_by([-.[5], .[:5]])[] | line("08_failed")),
  ($talks | at_both | map(select(.client.address != .server.sees))
	| groups([.client.host, .client.address, .server.sees]; .key + [(.talks | length)])
	| sort_by([-.[3], .[:3]])[] | line("09_nat")),
  ($talks | by_client | map(select(was_in_time_wait))
	| groups([.client.sees, .port]; .key + [(.talks | length)] + (.talks | map(.fin_wait2) | [quantile(0.5), max]))
	| sort_by([-.[4], .[0], .[1]])[] | line("10_fin_wait2"))
