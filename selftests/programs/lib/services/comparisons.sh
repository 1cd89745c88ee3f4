# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the ledger says of the services' connections, against each witness: ss, the captures,
# the kernel's counters, the services' own.
# shellcheck disable=SC2154 # services.sh sets what is common: work, ends, asked

# An end's sockets as "STATE local remote".
sockets()
{
	ip netns exec "$1" ss -Htan state connected | awk '
		BEGIN { name["ESTAB"] = "ESTABLISHED"; name["FIN-WAIT-1"] = "FIN_WAIT1"; name["FIN-WAIT-2"] = "FIN_WAIT2" }
		{ state = $1 in name ? name[$1] : $1; gsub("-", "_", state); gsub(/[][]|::ffff:/, ""); print state, $4, $5 }'
}

# Between two looks at the sockets: those in TIME_WAIT end meanwhile.
read_ledger()
{
	sockets "$1" >"$work/$1.before"
	ip netns exec "$1" tcpledger list --json >"$work/$1.json" || return 1
	sockets "$1" >"$work/$1.after"
}

# What ss has before and after the ledger is read must be in it, and what the ledger has
# must be in one of the two. agree_sockets END LEAST STATE: at least so many in that state
agree_sockets()
{
	local n wrong

	jq -r 'select(.live) | "\(.state) \(.local):\(.lport) \(.remote):\(.rport)"' "$work/$1.json" >"$work/$1.live" || return 1
	wrong=$(cd "$work" && awk '{ has[FILENAME, $0]; all[$0] }
		END { for (s in all) {
			b = ("'"$1"'.before", s) in has; a = ("'"$1"'.after", s) in has; l = ("'"$1"'.live", s) in has
			if (b && a && !l) print "not in the ledger:", s
			if (l && !b && !a) print "only in the ledger:", s
		} }' "$1.before" "$1.after" "$1.live")
	n=$(grep -c "^$3 " "$work/$1.before")
	ktap_say "$1: $(grep -c . "$work/$1.before") sockets, $n of them in $3"
	[ "$n" -ge "$2" ] && [ -z "$wrong" ] && return 0
	ktap_say "$(head -n 20 <<<"$wrong")"
	return 1
}

same_sockets()
{
	read_ledger "$1" && agree_sockets "$@"
}

# Control segments of a capture as "source port destination port flags seq ack win len".
captured()
{
	tcpdump -nn -S -r "$work/$1.pcap" 2>"$work/out" >"$work/$1.text" || { cat "$work/out"; return 1; }
	awk '
		function after(word,    i) {
			for (i = 6; i < NF; i++)
				if ($i == word)
					return $(i + 1) + 0
			return 0
		}
		function place(s,    n) {
			sub(/:$/, "", s)
			n = match(s, /\.[0-9]+$/)
			return substr(s, 1, n - 1) " " substr(s, n + 1)
		}
		{ flags = ""
		  for (i = 1; i <= 8; i++)
			if (index($7, substr("FSRP.UEW", i, 1)))
				flags = flags substr("FSRP.UEW", i, 1)
		  # Where there is no number, as in a bare RST, it is left out.
		  print place($3), place($5), flags, after("seq"), after("ack"), after("win"), after("length") }' "$work/$1.text" | sort
}

# The same of the logs.
logged()
{
	jq -r '. as $r | .log[] | select(.type == "segment" and (.flags | any(. == "SYN" or . == "FIN" or . == "RST"))) |
		. as $e | (["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] | map(select(. as $f | $e.flags | any(. == $f))) |
		map({FIN: "F", SYN: "S", RST: "R", PSH: "P", ACK: ".", URG: "U", ECE: "E", CWR: "W"}[.]) | add) as $flags |
		"\($r.local) \($r.lport)" as $l | "\($r.remote) \($r.rport)" as $o |
		"\(if .dir == "out" then "\($l) \($o)" else "\($o) \($l)" end) \($flags) \(.seq) " +
		"\(if .flags | any(. == "ACK") then .ack else 0 end) \(.win) \(.len)"' "$work/$1.json"
}

same_segments()
{
	logged "$1" >"$work/unsorted" || return 1
	sort "$work/unsorted" >"$work/logged"
	ktap_say "$1: $(grep -c . "$work/$1.captured") SYNs, FINs and RSTs"
	[ "$(grep -c . "$work/$1.captured")" -ge $((2 * asked)) ] && diff "$work/$1.captured" "$work/logged" >"$work/out" && return 0
	ktap_say "$(head -n 20 "$work/out")"
	return 1
}

# One record a connection at each end, and as many as there were SYNs of them.
same_connections()
{
	local syns

	jq -r '"\(.local) \(.lport) \(.remote) \(.rport)"' "$work/svc_client.json" >"$work/client" || return 1
	jq -r '"\(.remote) \(.rport) \(.local) \(.lport)"' "$work/svc_server.json" >"$work/server" || return 1
	awk '$5 == "S" { print $1, $2, $3, $4, $6 }' "$work/svc_client.captured" | sort -u | cut -d' ' -f1-4 >"$work/opened"
	sort -o "$work/client" "$work/client"
	sort -o "$work/server" "$work/server"
	syns=$(grep -c . "$work/opened")
	ktap_say "$syns connections, the loads asked for $asked or more"
	[ "$syns" -ge "$asked" ] && diff "$work/opened" "$work/client" >"$work/out" &&
		diff "$work/opened" "$work/server" >"$work/out" && return 0
	ktap_say "$(head -n 20 "$work/out")"
	return 1
}

# Those of the MIB's TCP group that the ledger knows too.
kernel_counters()
{
	# shellcheck disable=SC2016 # awk's fields
	ip netns exec "$1" awk '$1 == "Tcp:" && !n { n = split($0, names); next }
		$1 == "Tcp:" { for (i = 2; i <= n; i++)
			if (names[i] ~ /^(ActiveOpens|PassiveOpens|AttemptFails|EstabResets|CurrEstab|OutRsts)$/) print names[i], $i }' /proc/net/snmp
}

ledger_counters()
{
	jq -nr '[inputs] as $all |
		[$all[].log[]] as $log |
		def count(f): [f] | length;
		"ActiveOpens \(count($all[] | select(.open.role == "active")))",
		"PassiveOpens \(count($all[] | select(.open.role == "passive" and .open.outcome == "established")))",
		"AttemptFails \(count($log[] | select(.type == "state" and .to == "CLOSE" and (.from == "SYN_SENT" or .from == "SYN_RECV"))))",
		"EstabResets \(count($log[] | select(.type == "state" and .to == "CLOSE" and (.from == "ESTABLISHED" or .from == "CLOSE_WAIT"))))",
		"CurrEstab \(count($all[] | select(.live and (.state == "ESTABLISHED" or .state == "CLOSE_WAIT"))))",
		"OutRsts \(count($log[] | select(.type == "segment" and .dir == "out" and (.flags | any(. == "RST")))))"' "$work/$1.json"
}

# Each must have counted something, but CurrEstab, at one end or the other.
same_counters()
{
	local end zero ok=0

	for end in $ends; do
		kernel_counters "$end" >"$work/kernel"
		ledger_counters "$end" >"$work/ledger" || return 1
		ktap_say "$end: $(paste -sd, "$work/kernel")"
		[ "$(grep -c . "$work/kernel")" -eq 6 ] && diff "$work/kernel" "$work/ledger" >"$work/out" && continue
		ktap_say "$(cat "$work/out")"
		ok=1
	done
	zero=$(for end in $ends; do kernel_counters "$end"; done |
		awk '{ n[$1] += $2 } END { for (name in n) if (!n[name] && name != "CurrEstab") print name }')
	[ -z "$zero" ] || { ktap_say "nothing counted: $zero"; ok=1; }
	return $ok
}

same_services()
{
	jq -nr '[inputs | select(.open.outcome == "established") | .lport] as $ports | (22, 80, 6379) as $port |
		"\($port) \([$ports[] | select(. == $port)] | length)"' "$work/svc_server.json" >"$work/ledger" || return 1
	diff "$work/served" "$work/ledger" >"$work/out" && return 0
	ktap_say "$(cat "$work/out")"
	return 1
}

# What no record may say of an ordinary service.
nothing_wrong()
{
	local end bad ok=0

	for end in $ends; do
		bad=$(jq -c 'select(.log_dropped != 0 or .partial or (.anomalies | any(. == "illegal_transition")) or
			([.log[].n] != [range(.log | length)]) or
			any(.log[]; .type == "state" and .cause == "segment" and .segment == null)) | del(.owner)' "$work/$end.json") || return 1
		[ -z "$bad" ] && continue
		ktap_say "$end: $(head -n 3 <<<"${bad:0:2000}")"
		ok=1
	done
	return $ok
}
