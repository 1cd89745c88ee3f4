# SPDX-License-Identifier: GPL-2.0
# jq -rn --rawfile text FILE --slurpfile records FILE -f explain_check.jq
#
# Prints what is wrong with explanations in English, 100 columns wide, of records
# in the same order; nothing if all is right. What each must say is worked out here
# from the documented JSON.

def relative($isn):
	if $isn == null then .
	else (. - $isn + 4294967296) % 4294967296 | if . >= 2147483648 then . - 4294967296 else . end
	end;

def arrow($open):
	(if .dir == "out" then [$open.local_isn, $open.remote_isn, "-->"]
	 else [$open.remote_isn, $open.local_isn, "<--"] end) as [$seq, $ack, $arrow]
	| "\($arrow) \(if .flags == [] then "-" else .flags | join(",") end)  seq \(.seq | relative($seq))"
	+ (if .flags | index("ACK") then " ack \(.ack | relative($ack))" else "" end)
	+ (if .len > 0 then " len \(.len)" else "" end);

# Durations, cut and not rounded, up to 100 seconds: 57.6 s, and 60 s where no tenth is over.
def tenths($unit; $name):
	(. % $unit * 10 / $unit | floor) as $tenth
	| "\(. / $unit | floor)\(if $tenth > 0 then ".\($tenth)" else "" end) \($name)";
def duration:
	if . < 1000 then "\(.) ns"
	elif . < 1000000 then tenths(1000; "us")
	elif . < 1000000000 then tenths(1000000; "ms")
	else tenths(1000000000; "s") end;

def expect($what; $got; $want):
	if $got == $want then empty else "\($what): got \($got | tojson), want \($want | tojson)" end;

# What a record does not show must not be said of it.
def rst_in_time_wait($r):
	([$r.log[] | select(.to == "TIME_WAIT").n][0] // infinite) as $entry
	| any($r.log[]; .n > $entry and .dir == "in" and (.flags | index("RST")));
def carried($r; $dir; $flags):
	any($r.log[]; .dir == $dir and .flags == $flags and .len > 0);
def unfounded($r; $prose; $headings):
	def says($words): $prose | test($words);
	[if says("so the peer waits") and (["four_segment", "three_segment"] | index($r.close.kind) | not)
	 then "the peer waits in TIME_WAIT" else empty end,
	 if says("queue of half-open connections was full[^,:;]*\\.") and
	    ($r.anomalies | index("syn_queue_full") | not)
	 then "the SYN queue was full" else empty end,
	 if says("No segment arrived that needed") and ($r.time_wait.exit == "reset" or rst_in_time_wait($r))
	 then "nothing came in TIME_WAIT" else empty end,
	 if ($headings | index("Closing")) and (["SYN_SENT", "SYN_RECV"] | index($r.state))
	 then "a close before it is open" else empty end,
	 if says("had a cookie|brings a cookie|cookie that we gave") then "a Fast Open cookie" else empty end,
	 if says("(Opened|tried)[^.]*: the SYN carried data") and
	    (carried($r; "out"; ["SYN"]) or carried($r; "in"; ["SYN"]) | not)
	 then "data in the SYN" else empty end,
	 if says("RFC 9293 section 3\\.9\\.2\\.2") then "RFC 9293 ends it on ICMP" else empty end];

def judge($r; $text):
($text | split("\n")) as $lines
| ($lines | index("STEP BY STEP") // length) as $steps
| ($lines | index("ANOMALIES") // length) as $anomalies
| [$lines[$steps:$anomalies][] | select(startswith("  #"))] as $heads
| [$lines[$anomalies:][] | select(test("^  [^ ]"))] as $tags
| [$lines[:$steps][] | select(test("^  [A-Z]")) | .[2:]] as $headings
| ($text | gsub("\\s+"; " ")) as $prose
| [$r.log[].t_ns] as $times
| ([$times[] as $a | $times[] | . - $a | select(. >= 0)]
   + [$r | .. | numbers] | map(duration) | unique) as $durations
| expect("entries"; [$heads[] | scan("#([0-9]+)")[0] | tonumber]; [range($r.log | length)]),
  expect("segments"; [$heads[] | capture("(?<it>(-->|<--) .*?)(  \\(.*\\))?$").it];
	 [$r.log[] | select(.type == "segment") | arrow($r.open)]),
  expect("states"; [$prose | scan("State: ([A-Z_0-9]+ => [A-Z_0-9]+)")[0]];
	 [$r.log[] | select(.type == "state") | "\(.from) => \(.to)"]),
  expect("anomalies"; [$tags[] | split(" ")[2]]; $r.anomalies),
  expect("remedies"; [$lines[$anomalies:][] | select(test("^    What to do: ."))] | length;
	 $r.anomalies | length),
  expect("durations that are not its own";
	 [[$lines[] | select(test("^  +#") | not) | sub("^ +"; "")] | join(" ")
	  | scan("\\b(?<!min )[0-9.]+ [mun]?s\\b")] - $durations; []),
  expect("what the record does not show"; unfounded($r; $prose; $headings); []),
  expect("names without a value"; [$prose | scan("\\{[a-z]+\\}")]; []),
  expect("a verdict"; $lines | index("VERDICT") != null; true);

# A first line names its record: "Connection 17: ...".
["\n" + $text | splits("\nConnection (?=[0-9]+: )")][1:] as $texts
| expect("explanations"; [$texts[] | split(":")[0] | tonumber]; [$records[].id]),
  (range($records | length) as $i
   | "\($records[$i].id) \(judge($records[$i]; $texts[$i] // ""))")
