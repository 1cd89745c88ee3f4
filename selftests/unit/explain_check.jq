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

# Durations as the tables have them, cut and not rounded, up to 100 seconds.
def tenths($unit; $name):
	if . >= 100 * $unit then "\(. / $unit | floor)\($name)"
	else "\(. / $unit | floor).\(. % $unit * 10 / $unit | floor)\($name)" end;
def duration:
	if . < 1000 then "\(.)ns"
	elif . < 1000000 then tenths(1000; "us")
	elif . < 1000000000 then tenths(1000000; "ms")
	else tenths(1000000000; "s") end;

def expect($what; $got; $want):
	if $got == $want then empty else "\($what): got \($got | tojson), want \($want | tojson)" end;

def judge($r; $text):
($text | split("\n")) as $lines
| ($lines | index("STEP BY STEP") // length) as $steps
| ($lines | index("ANOMALIES") // length) as $anomalies
| [$lines[$steps:$anomalies][] | select(startswith("  #"))] as $heads
| [$lines[$anomalies:][] | select(test("^  [^ ]"))] as $tags
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
	 [$lines[] | select(test("^  +#") | not) | scan("\\b[0-9.]+[mun]?s\\b")] - $durations; []),
  expect("names without a value"; [$prose | scan("\\{[a-z]+\\}")]; []),
  expect("a verdict"; $lines | index("VERDICT") != null; true);

# A first line names its record: "Connection 17: ...".
["\n" + $text | splits("\nConnection (?=[0-9]+: )")][1:] as $texts
| expect("explanations"; [$texts[] | split(":")[0] | tonumber]; [$records[].id]),
  (range($records | length) as $i
   | "\($records[$i].id) \(judge($records[$i]; $texts[$i] // ""))")
