#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The runner itself: tests that stop early, plan late, or say nothing must fail it.
. ./tap.sh

tap_plan 21

build=$tap_dir/build
mkdir "$build"
for maker in make_fixtures make_stream; do
	ln -s "$(realpath "$(dirname "$FIXTURES")/$maker")" "$build/$maker"
done

test_of()	# NAME: a test from the commands on stdin
{
	{ printf '#!/bin/bash\n'; cat; } >"$build/$1"
	chmod +x "$build/$1"
}

runner()	# TEST...: what is said of them, and the status
{
	JOBS=${JOBS:-1} ./run.sh "$build" "$@" >"$tap_dir/said" 2>/dev/null
	echo $? >"$tap_dir/status"
	grep -vE '^  |^#|^KTAP|^1\.\.' "$tap_dir/said"
}

judged()	# NAME WANTED: of a test whose commands are on stdin
{
	test_of one
	tap_is "$1" "$(runner one)" "$2"
}

judged "a good test" "ok 1 - one" <<<'echo 1..2; echo ok 1 - a; echo ok 2 - b # SKIP c'
tap_is "... and all is good" "$(cat "$tap_dir/status")" 0
judged "a result that is not good" "not ok 1 - one: 1 failed" <<<'echo 1..1; echo not ok 1 - a'
tap_is "... and all is not" "$(cat "$tap_dir/status")" 1
judged "one that stops early" "not ok 1 - one: 1 of 2 results" <<<'echo 1..2; echo ok 1 - a'
judged "one that goes on" "not ok 1 - one: 2 of 1 results" <<<'echo 1..1; echo ok 1 - a; echo ok 2 - b'
judged "a plan at the end" "not ok 1 - one: the plan is not first" <<<'echo ok 1 - a; echo 1..1'
judged "two plans" "not ok 1 - one: a second plan" <<<'echo 1..1; echo 1..1; echo ok 1 - a'
judged "no plan" "not ok 1 - one: no plan" <<<'echo ok 1 - a'
judged "a plan without results" "not ok 1 - one: no results" <<<'echo 1..0'
judged "nothing at all" "not ok 1 - one: no plan" <<<':'
judged "a status" "not ok 1 - one: status 3" <<<'echo 1..1; echo ok 1 - a; exit 3'
judged "a signal" "not ok 1 - one: status 137, 1 of 2 results" <<<'echo 1..2; echo ok 1 - a; kill -9 $$'
judged "results out of their order" "not ok 1 - one: result 1 is numbered otherwise" <<<'echo 1..1; echo ok 2 - a'
judged "no hope" "not ok 1 - one: Bail out! dead, 0 of 1 results" <<<'echo 1..1; echo Bail out! dead'
judged "all is skipped" "ok 1 - one # SKIP no tool" <<<'echo "1..0 # SKIP no tool"; exit 4'
judged "the status of a skip without one" "not ok 1 - one: status 4" <<<'echo 1..1; echo ok 1 - a; exit 4'

# Several at a time: the second can only end after the first began, and the other way round.
test_of one <<<"echo 1..1; echo \$\$ >$tap_dir/pipe; echo ok 1 - a"
test_of two <<<"echo 1..1; read -r _ <$tap_dir/pipe && echo ok 1 - b"
mkfifo "$tap_dir/pipe"
tap_is "two at a time, told in their order" "$(JOBS=2 runner one two | xargs)" "ok 1 - one ok 2 - two"
tap_is "... as one stream" "$(grep -E '^KTAP|^1\.\.|Subtest|ok 1' "$tap_dir/said" | tr -s ' ' | xargs)" \
	"KTAP version 1 1..2 # Subtest: one ok 1 - a ok 1 - one # Subtest: two ok 1 - b"
tap_is "... with the time of each" "$(grep -cE '^# +[0-9]+\.[0-9] (one|two|in all, 2 at a time)$' "$tap_dir/said")" 3

# The library of the shell tests keeps to its plan too.
# shellcheck disable=SC2016 # for the inner shell
tap_is "a loop that ran no time is missed" \
	"$(sh -c '. ./tap.sh; tap_plan 2; for x in $(true); do tap_ok "$x"; done; tap_ok last; tap_end'; echo $?)" \
	"1..2
ok 1 - last
# 1 results, but the plan was 2
# Totals: pass:1 fail:0
1"
tap_end
