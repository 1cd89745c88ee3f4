# What a picture must tell, from the JSON of the records alone: a line a fact.
#   peer              the other end is recorded too
#   label SIDE TEXT   a segment that this side sent
#   state SIDE NAME   the states of a recorded side in their order
#   stay SIDE TEXT    how long those that have an end lasted, in their order
#   time TEXT         a moment of either log, in microseconds

include "facts_time" {search: "."};

def segments($dir): .log[] | select(.type == "segment" and .dir == $dir);
def isn($dir): (if $dir == "out" then .open.local_isn else .open.remote_isn end) //
	([segments($dir) | select(.flags | index("SYN")) | .seq] | first);
def relative($isn):
	if $absolute != "" or $isn == null then .
	else (. - $isn + 4294967296) % 4294967296 | if . >= 2147483648 then . - 4294967296 else . end end;
def described($own; $other):
	"\(.flags | join(",")) seq=\(.seq | relative($own))" +
	(if .flags | index("ACK") then " ack=\(.ack | relative($other))" else "" end) +
	" win=\(.win) len=\(.len)";

def mirrors($r): .local == $r.remote and .lport == $r.rport and .remote == $r.local and
	.rport == $r.lport and
	(isn("out") as $o | isn("in") as $i | ($r | isn("out")) as $ro | ($r | isn("in")) as $ri |
	 ($o == null or $ri == null or $o == $ri) and ($i == null or $ro == null or $i == $ro));

# A segment is in the sender's log, in the receiver's, or in both.
def both($sent; $got):
	($sent + $got | unique)[] | . as $text |
	[([$sent[] | select(. == $text)] | length), ([$got[] | select(. == $text)] | length)] | max |
	range(.) | $text;

def states($side):
	[.log[] | select(.type == "state")] as $log |
	"state \($side) \(if $log == [] then .state else $log[0].from end)",
	($log[] | "state \($side) \(.to)"),
	(range(1; $log | length) | "stay \($side) \($log[.].t_ns - $log[. - 1].t_ns | duration)"),
	(if .live and .state_age_ns != null then "stay \($side) \(.state_age_ns | duration)..." else empty end);

. as $all | first(.[] | select(.id == $id)) as $r | ($r | isn("out")) as $a | ($r | isn("in")) as $b |
($r.local == $r.remote and $r.lport == $r.rport) as $self |
(if $self then null else first(($all[] | select(mirrors($r))), null) end) as $p |
[$r | segments("out") | described($a; if $self then $a else $b end)] as $out |
[$r | segments("in") | described(if $self then $a else $b end; $a)] as $in |
(if $p then [$p | segments("in") | described($a; $b)] else [] end) as $far_in |
(if $p then [$p | segments("out") | described($b; $a)] else [] end) as $far_out |
(if $p then "peer" else empty end),
(if $self then both($out; $in) | "label L \(.)"
 else (both($out; $far_in) | "label L \(.)"), (both($far_out; $in) | "label R \(.)") end),
($r | states("L")), (if $p then $p | states("R") else empty end),
(([$r, $p] | map(select(. != null) | .opened_at | wall) | min) as $zero |
 ($r, ($p | select(. != null))) | (.opened_at | wall | since($zero)) as $lag |
 .log[] | "time \((.t_ns + $lag) / 1000 | floor)")
