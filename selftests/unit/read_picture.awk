# Reads a picture of 140 columns in ASCII back into the facts of facts.jq, by the
# columns that it stands in. -v right=COLUMN of the right side, counted from 1.
#
# Also checked here: that the times do not go back (BACK), that an arrow's way
# down is connected from its departure to its arrival (TORN).

function trim(s) { gsub(/^ +| +$/, "", s); return s }
function state_or_stay(field, side)
{
	field = trim(field)
	if (field ~ /^\(?[A-Z][A-Z_]+[12]?\)?$/)
		print "state " side " " field
	else if (field != "")
		print "stay " side " " field
}
function side_of(between, first, last)
{
	first = substr(between, 1, 1)
	last = substr(between, length(between), 1)
	if (first ~ /[-.=+]/)
		return "L"
	if (last ~ /[-.=+]/)
		return "R"
	return last ~ /[>X]/ ? "L" : "R"
}
function read_way_down(line, above, i, c)
{
	for (i = 25; i < right; i++) {
		c = substr(line, i, 1)
		if ((c == "`" || c == "'") && substr(above, i, 1) !~ /[|+.]/)
			print "TORN " line
	}
}

/ISN/ && !begun { begun = 1; next }
begun == 1 { begun = 2; next }
begun == 2 && $0 == "" { exit }
begun == 2 {
	time = trim(substr($0, 1, 10))
	if (time ~ /^[0-9]+\.[0-9]+$/) {
		split(time, part, ".")
		now = part[1] * 1000000 + part[2]
		if (now < latest)
			print "BACK " $0
		latest = now
		printf "time %d\n", now
	}
	state_or_stay(substr($0, 11, 13), "L")
	state_or_stay(substr($0, right + 1), "R")
	line = substr($0 sprintf("%140s", ""), 1, 140)
	between = substr(line, 25, right - 25)
	if (match(between, /[A-Z,]+ seq=-?[0-9]+( ack=-?[0-9]+)? win=[0-9]+ len=[0-9]+/))
		print "label " side_of(between) " " substr(between, RSTART, RLENGTH)
	read_way_down(line, before)
	before = line
}
