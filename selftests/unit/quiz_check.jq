# Judges a quiz by the record alone: one line for each thing that is wrong.
# jq -rn --rawfile text TRANSCRIPT --slurpfile records RECORD -f quiz_check.jq
# And the kind of each question, behind "asked".

def joined: gsub("\\s+"; " ") | ltrimstr(" ") | rtrimstr(" ");
# "1 min 2 s", "505.3 ms": nanoseconds
def nanoseconds:
	{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "min": 60e9, "h": 3600e9, "d": 86400e9} as $units |
	[scan("([0-9.]+) (ns|us|ms|s|min|h|d)\\b") | (.[0] | tonumber) * $units[.[1]]] | add;
# Cut to one decimal, as it is told.
def close_to($ns): . <= $ns and . > $ns * 0.9 - 1;

# A question as it stands in the transcript.
def question:
	(split("Your answer, ")) as $parts |
	($parts[0] | split("\n")) as $asked |
	[$asked[] | capture("^  (?<letter>[a-d])\\) (?<text>.*)$")] as $answers |
	($asked | map(test("^  a\\) ")) | index(true)) as $first |
	# The paragraph above the answers, which an empty line separates from the picture.
	($asked[0:$first] | map(. == "") | rindex(true)) as $empty |
	($parts[1] | split("\n")) as $told |
	($parts[1] | joined | capture("^a to [a-d]: (?<given>[a-d]?) ?(?:(?<right>Right\\.)|(?:No\\. )?Right is (?<letter>[a-d])\\) )")) as $verdict |
	([$told[] | select(test("^  #[0-9]"))][0] | [scan("#([0-9]+)") | .[0] | tonumber]) as $entries |
	{
		sentence: ($asked[$empty + 1:$first] | join(" ") | joined),
		answers: $answers,
		entries: $entries,
		picture: $asked[0:$empty],
		right: ((if $verdict.right then $verdict.given else $verdict.letter end) as $letter |
			first($answers[] | select(.letter == $letter).text)),
	};

def kind:
	if test("Which state is the local end in now\\?$") then "state"
	elif test("^Which segment comes next\\?$") then "next"
	elif test("Which acknowledgment number does it have") then "ack"
	elif test("Which sequence number does the FIN take") then "fin"
	elif test("^No answer comes to .* sent again\\?$") then "again"
	elif test("^How long does TIME_WAIT last") then "2msl"
	elif test("before it gives up\\?$") then "give_up"
	elif test("^Which end will wait in TIME_WAIT") then "who"
	else "unknown question: " + . end;

$records[0] as $r |
def isn($dir): (if $dir == "out" then $r.open.local_isn else $r.open.remote_isn end) // first($r.log[] | select(.type == "segment" and .dir == $dir and (.flags | index("SYN"))) | .seq);
def from_isn($isn): (. - $isn + 4294967296) % 4294967296;
def other: if . == "out" then "in" else "out" end;
def flags: [.flags[] | select(. == "FIN" or . == "SYN" or . == "RST" or . == "ACK")] | join(",");
def segment_of($q): first($q.entries[] | $r.log[.] | select(.type == "segment"));

def wanted($q; $kind):
	if $kind == "state" then
		[$q.entries[] | $r.log[.] | select(.type == "state").to] |
		if length == 1 then .[0] else "one change of state" end
	elif $kind == "next" then
		$r.log[$q.entries[0]] |
		if .type == "segment" then flags + (if .dir == "out" then " from the local end" else " from the remote end" end)
		elif .from == "TIME_WAIT" and .cause == "timer" then "none: a timer ends this state"
		else "a segment" end
	elif $kind == "ack" then segment_of($q) | .ack | from_isn(isn(segment_of($q).dir | other)) | tostring
	elif $kind == "fin" then segment_of($q) | .seq + .len | from_isn(isn(segment_of($q).dir)) | tostring
	elif $kind == "again" then
		segment_of($q) as $s |
		[$r.log[0:$s.n][] | select(.type == "segment" and .dir == $s.dir and flags == ($s | flags) and .seq + .len == $s.seq + $s.len) | .t_ns] |
		$s.t_ns - last
	elif $kind == "2msl" then $r.time_wait.nominal_ns
	elif $kind == "give_up" then
		$r.log[$q.entries[0]] as $final | [$r.log[0:$final.n][] | select(.type == "state") | .t_ns] | $final.t_ns - last
	elif $r.close.kind == "simultaneous" then "both ends"
	elif $r.close.kind == "four_segment" or $r.close.kind == "three_segment" then
		"the \($r.close.first) end"
	else "neither end" end;

def is_duration($kind): $kind == "again" or $kind == "2msl" or $kind == "give_up";

# Moments of the picture, in microseconds from its beginning.
def moments($q): $q.picture[] | capture("^ *(?<s>[0-9]+)\\.(?<us>[0-9]{6}) ") | (.s + .us | tonumber);

# What is seen must not tell the answer: nothing from the step on, where times can be
# compared; nor the state itself.
def announced($q; $kind):
	($r.log[$q.entries[0]].t_ns / 1000 | floor) as $step |
	if $kind == "state" or $kind == "who" then
		[$q.picture[] | select(test("^ *[0-9]+\\.[0-9]{6} "))] | last // "" |
		test("^ *[0-9.]+ +" + $q.right + "\\b")
	else $same_clock != "" and ([moments($q)] | max // -1) >= $step + 1 end;

[$text | split("\nQuestion ")[1:][] | select(test("Right")) | question] |
(if length == 0 then "no question was read" else empty end),
(.[] | . as $q | (.sentence | kind) as $kind | wanted($q; $kind) as $want |
	"asked \($kind)",
		(if is_duration($kind) then
			if $q.right | nanoseconds | close_to($want) then empty
			else "\($kind) at \($q.entries[0]): \($q.right) is right, by the record \($want) ns" end
		elif $q.right == $want then empty
		else "\($kind) at \($q.entries[0]): \($q.right) is right, by the record \($want)" end),
		(if ($q.answers | length) >= 3 then empty else "\($kind): \($q.answers | length) answers" end),
		(if [$q.answers[].text] | length == (unique | length) then empty
		 else "\($kind): two answers are the same" end),
		(if announced($q; $kind) then "\($kind) at \($q.entries[0]): the picture tells the answer" else empty end))
