# SPDX-License-Identifier: GPL-2.0
#
# Judges the KTAP output of run_selftests.sh: prints each test that failed with
# all it said, then 'counts PASSED FAILED SKIPPED'. A test counts by its nested
# results if it has any, else as one. A plan that was not kept is a failure, and
# so is a test of -v names that never reported: the VM was lost under it.
#
#   awk -v lane='6.1 warp' -v names='a b c' -f verdict.awk output

function fail(why)
{
	failed++
	complaint = complaint "not ok " lane ": " why "\n"
}

function start_test()
{
	block = ""
	complaint = ""
	plan = -1
	results = nested_failed = 0
}

function nested(line)
{
	block = block "    " line "\n"
	if (line ~ /^1\.\.[0-9]+/)
		plan = (plan < 0 ? 0 : plan) + substr(line, 4)
	else if (line ~ /^ok [0-9]+/ || line ~ /^not ok [0-9]+/) {
		results++
		count(line)
	} else if (line ~ /^Bail out!/)
		fail(line)
}

function count(line)
{
	if (line ~ /^not ok/ && line !~ /# (XFAIL|TODO)/) {
		nested_failed++
		fail(line)
	} else if (line ~ /# SKIP/)
		skipped++
	else
		passed++
}

function end_test(line, name)
{
	reported[name] = 1
	if (!results)
		count(line)
	else if (line ~ /^not ok/ && !nested_failed)
		fail(line)
	if (results && plan != results)
		fail(name " planned " plan " results and gave " results)
	show()
	start_test()
}

function show()
{
	if (complaint != "")
		printf "%s%s", complaint, block
}

BEGIN {
	start_test()
}

{ sub(/\r$/, "") }

# A new VM after a lost one: what the lost test had said is kept for the end.
/^KTAP version/ {
	lost = lost block
	start_test()
	next
}

/^  / {
	nested(substr($0, 3))
	next
}

/^(not )?ok [0-9]+ / {
	end_test($0, $1 == "ok" ? $3 : $4)
	next
}

/^Bail out!/ { fail($0) }

END {
	block = lost block
	wanted = split(names, list, " ")
	for (i = 1; i <= wanted; i++)
		if (!(list[i] in reported))
			fail(list[i] " # ERROR the VM was lost before it ended")
	show()
	print "counts", passed + 0, failed + 0, skipped + 0
}
