# SPDX-License-Identifier: GPL-2.0
#
# Prints the lines of a kernel log that no run may have, with the test they came
# in; status 1 if there are none.
#
# KCSAN reports the kernel's own races too, of which there are many, most of them
# meant. One counts if either access was made by a function of our modules: the
# first line below "write to 0x... of 8 bytes by task ...", or the next if that is a
# helper that works on its caller's memory.
#
# Where a test lets allocations fail, the kernel may show from where it was called.
#
# A namespace that waits for a device holds what a socket or a record of ours did not
# give back. A work that hogs a CPU is reported by 6.12 with its function. Ours are
# bad, in whatever module of ours they are: they are bounded. The kernel's own are
# not: an emulated CPU needs the reported 10 ms for what a real one does in one, and
# stands still while another VM runs; so cleanup_net(), which calls us too, is no
# witness against us.
#
#   awk -f complaints.awk console.log

function complain(line)
{
	print (test != "" ? test ": " : "") line
	found = 1
}

function end_race()
{
	if (ours)
		complain(race)
	race = ""
	ours = top = 0
}

BEGIN {
	wrong = "WARNING:|BUG:|BUG |Oops:|Call Trace:|[]] RIP: |suspicious RCU|" \
		"blocked for more than|Slab cache still has objects|Objects remaining|" \
		"unreferenced object|UBSAN:|ODEBUG:|Kernel panic|Out of memory: Killed|" \
		"unregister_netdevice: waiting for|workqueue: .*tcpledger.* hogged CPU|" \
		"vm: (rmmod|left|kmemleak|lockdep)"
	helper = " (_copy_(to|from)_user|mem(cpy|move|set|cmp)|str[a-z]*|sort(_r)?|__list_[a-z_]*)[+]0x"
}

{ sub(/\r$/, "") }

/\] test: / {
	test = $0
	sub(/.*test: /, "", test)
}

/BUG: KCSAN: / {
	race = $0
	next
}

race != "" {
	if (/==========$/) {
		end_race()
		next
	}
	race = race "\n" $0
	if (top && /\[tcpledger[]_]/)
		ours = 1
	top = / of [0-9]+ bytes by (task|interrupt)/ || (top && $0 ~ helper)
}

test == "faults" && /kmem_cache_create.* failed with error|vmalloc error: .* failed|page allocation failure/ {
	short = 1
}

/<\/TASK>/ { short = 0 }

short && /Call Trace:|RIP: 0033:/ { next }

$0 ~ wrong { complain($0) }

END {
	if (race != "")
		end_race()
	exit !found
}
