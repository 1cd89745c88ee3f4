# Moments and durations of the JSON, and how pictures write them.

def wall: [(.[0:19] + "Z" | fromdate), (.[20:29] | tonumber)];
def since($from): (.[0] - $from[0]) * 1000000000 + .[1] - $from[1];

def fraction($unit; $name):
	(. / $unit | floor) as $whole |
	if $whole < 100 then "\($whole).\(. % $unit / ($unit / 10) | floor)\($name)"
	else "\($whole)\($name)" end;
def two: tostring | if length < 2 then "0" + . else . end;
def duration:
	(. / 1000000000 | floor) as $s |
	if . < 1000 then "\(.)ns"
	elif . < 1000000 then fraction(1000; "us")
	elif . < 1000000000 then fraction(1000000; "ms")
	elif $s < 100 then fraction(1000000000; "s")
	else "\($s / 60 | floor)m\($s % 60 | two)s" end;
