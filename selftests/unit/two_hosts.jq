# What two records of two hosts say of their clocks, by the definition: a segment
# arrives after it left. jq -n --slurpfile a FILE --slurpfile b FILE -f two_hosts.jq
# prints an object: what must be told, the bounds, and b as it is by the clock of a.

include "facts_time" {search: "."};

$a[0] as $a | $b[0] as $b |
($b.opened_at | wall | since($a.opened_at | wall)) as $lag |

def when($r): .t_ns + (if $r == "b" then $lag else 0 end);
def same($o): .seq == $o.seq and .ack == $o.ack and (.flags | sort) == ($o.flags | sort);
def segments($r; $dir): $r.log[] | select(.type == "segment" and .dir == $dir);
def opening($r): first($r.log[] | select(.type == "segment" and (.flags | index("FIN") or index("RST"))).n) // 1000;

# How long each segment took by both clocks, from the first that may be it.
def ways($from; $f; $to; $t; $part):
	opening($to) as $close |
	segments($to; "in") |
	select($part == "whole" or (.n < $close) == ($part == "opening")) | . as $in |
	first(segments($from; "out") | select(same($in))) | ($in | when($t)) - when($f);
def bounds($part):
	[ways($a; "a"; $b; "b"; $part)] as $there | [ways($b; "b"; $a; "a"; $part)] as $back |
	{most: ($there | min), least: (if $back == [] then null else -($back | min) end),
	 there: ($there | length), back: ($back | length)} |
	if .most == null or .least == null or .least > .most then . + {middle: null}
	else (.most - .least) as $span | . + {middle: (.least + ($span / 2 | floor)), bound: ($span - ($span / 2 | floor))} end;
# The moment so many nanoseconds later, as the JSON has it.
def later($ns):
	(.[1] + $ns) as $n | ($n / 1000000000 | floor) as $s |
	"\(.[0] + $s | todate | .[0:19]).\($n - $s * 1000000000 + 1000000000 | tostring | .[1:])Z";
def abs: if . < 0 then -. else . end;
def told: "its wall clock is \(.middle | abs | duration) \(if .middle < 0 then "behind" else "ahead" end), give or take \(.bound | duration), by the times of segments: \(.there) there, \(.back) back";

bounds("whole") as $whole | bounds("opening") as $opening | bounds("close") as $close |
if $whole.middle != null then {told: ($whole | told), middle: $whole.middle, bound: $whole.bound}
elif $opening.middle != null and $whole.there > 0 and $whole.back > 0 then
	($close.middle - $opening.middle) as $drift |
	{told: (($opening | told) + " before the close. Until then it \(if $drift < 0 then "lost" else "gained" end) \($drift | abs | duration), give or take \($close.bound | duration), drawn as if evenly"),
	 middle: $opening.middle, bound: $opening.bound, drift: $drift}
else {told: "taken from the hosts' wall clocks, as far as the segments allow: they were not logged both ways", middle: 0, bound: null} end |
. as $found | . + {begin: ($lag - .middle), b: ($b + {id: 2, local: $a.remote, lport: $a.rport, remote: $a.local,
	rport: $a.lport, opened_at: ($a.opened_at | wall | later($lag - $found.middle))})}
