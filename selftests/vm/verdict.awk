# SPDX-License-Identifier: GPL-2.0
#
# Judges the KTAP output of run_selftests.sh: prints each test that failed with
# all it said, then 'counts PASSED FAILED SKIPPED'. A test counts by its nested
# results. These fail too: a plan that was not kept, a test without a result, a test
# of -v names that never reported (the VM was lost under it), a skip that is not in
# the file -v skips (see skips.list), and a line there whose test was not skipped.
# Without names the plan of the whole output says how many tests there are.
#
#   awk -v lane='6.1 warp' -v names='a b c' -v skips=skips.list -f verdict.awk output

function fail(why)
{
	failed++
	complaint = complaint "not ok " lane ": " why "\n"
}

function start_test()
{
	block = complaint = plan_reason = ""
	plan = -1
	results = nested_failed = waiting = 0
}

# The reason behind '# SKIP', in what form ever.
function skip_reason(line)
{
	sub(/.*# SKIP[: ]*/, "", line)
	return line
}

function nested(line)
{
	block = block "    " line "\n"
	if (line ~ /^1\.\.[0-9]+/) {
		plan = (plan < 0 ? 0 : plan) + substr(line, 4)
		if (line ~ /# SKIP/)
			plan_reason = skip_reason(line)
	} else if (line ~ /^ok [0-9]+/ || line ~ /^not ok [0-9]+/) {
		results++
		count(line)
	} else if (line ~ /^Bail out!/)
		fail(line)
}

# Whether a skip is listed can be told when the test's name is known.
function count(line)
{
	if (line ~ /^not ok/) {
		nested_failed++
		fail(line)
	} else if (line ~ /# SKIP/)
		reason[++waiting] = skip_reason(line)
	else
		passed++
}

function judge_skip(name, why,    key)
{
	key = name SUBSEP why
	if (key in listed) {
		skipped++
		used[key] = 1
	} else
		fail(name " # SKIP " why ": a skip that is not in skips.list")
}

function end_test(line, name,    i)
{
	reported[name] = 1
	if (line ~ /^not ok/ && !nested_failed)
		fail(line)
	if (line ~ /^ok.*# SKIP/ && !results)
		reason[++waiting] = plan_reason != "" ? plan_reason : skip_reason(line)
	else if (line ~ /^ok/ && !results)
		fail(name " gave no result" (plan > 0 ? " of the " plan " that it planned" : ""))
	else if (results && plan != results)
		fail(name " planned " (plan < 0 ? "no" : plan) " results and gave " results \
		     (line ~ /#/ ? ", " substr(line, index(line, "#")) : ""))
	for (i = 1; i <= waiting; i++)
		judge_skip(name, reason[i])
	show()
	start_test()
}

function show()
{
	if (complaint != "")
		printf "%s%s", complaint, block
}

# A line of skips.list: LANE[,LANE...] TEST[?] REASON. A lane here is 'KERNEL MODE'.
function read_skip(line,    lanes, n, i, word, name, key)
{
	sub(/[ \t]+$/, "", line)
	split(line, word)
	n = split(word[1], lanes, ",")
	for (i = 1; i <= n; i++)
		if (lanes[i] == kernel || lanes[i] == "all")
			break
	if (i > n)
		return
	name = word[2]
	sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", line)
	sub(/[?]$/, "", name)
	key = name SUBSEP line
	listed[key] = word[2]
}

function judge_listed(    key, at)
{
	for (key in listed) {
		split(key, at, SUBSEP)
		if ((at[1] in reported) && !(key in used) && listed[key] !~ /[?]$/)
			fail(at[1] " ran and is in skips.list: " at[2])
	}
}

function judge_names(    wanted, list, i)
{
	wanted = split(names, list, " ")
	for (i = 1; i <= wanted; i++)
		if (!(list[i] in reported))
			fail(list[i] " # ERROR no result: the VM was lost before it ended")
	if (!wanted && outer_plan != tests)
		fail("planned " (outer_plan < 0 ? "no" : outer_plan) " tests and gave results of " tests)
	if (!wanted && !tests)
		fail("no test ran")
}

BEGIN {
	start_test()
	outer_plan = -1
	kernel = lane
	sub(/ .*/, "", kernel)
	while (skips != "" && (getline line < skips) > 0)
		if (line !~ /^[ \t]*(#|$)/)
			read_skip(line)
}

{ sub(/\r$/, "") }

# A new VM after a lost one: what the lost test had said is kept for the end.
/^KTAP version/ {
	lost = lost complaint block
	start_test()
	next
}

/^  / {
	nested(substr($0, 3))
	next
}

/^1\.\.[0-9]+/ {
	outer_plan = (outer_plan < 0 ? 0 : outer_plan) + substr($0, 4)
	next
}

/^(not )?ok [0-9]+ / {
	tests++
	name = $1 == "ok" ? $3 : $4
	if (name == "-")
		name = $1 == "ok" ? $4 : $5
	sub(/:$/, "", name)
	end_test($0, name)
	next
}

/^Bail out!/ { fail($0) }

END {
	block = lost block
	judge_names()
	judge_listed()
	show()
	print "counts", passed + 0, failed + 0, skipped + 0
}
