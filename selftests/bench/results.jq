# SPDX-License-Identifier: GPL-2.0
#
# 'result SCENE ROW WORK TOTAL N' lines of guest.sh -> results.json, in their order:
# each = TOTAL / N, the median where one was measured several times; added = how much
# that is above the row 'nothing' of the same scene and work, null where there is none.

def median: sort | .[length / 2 | floor];
def key: {scene, row, work};

[inputs | split(" ") | select(.[0] == "result") |
	{scene: .[1], row: .[2], work: .[3], count: (.[5] | tonumber),
	 each: ((.[4] | tonumber) / (.[5] | tonumber))}] as $all |
[$all | to_entries[] | .key as $i | .value | key as $key | select([$all[:$i][] | key] | index($key) | not) |
	. + {each: [$all[] | select(key == $key).each] | median}] |
. as $rows |
{date: $date, kernel: $kernel, versions: $versions,
 results: [$rows[] | . as $r |
	 . + {added: ([$rows[] | select(.scene == $r.scene and .work == $r.work and .row == "nothing") |
		       $r.each - .each] | first)}]}
