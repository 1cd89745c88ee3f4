# SPDX-License-Identifier: GPL-2.0
#
# Prints what QEMU said that makes its run worthless; status 1 if nothing did. Any
# other line of QEMU's is of no account: it warns of what a CPU lacks, and that in
# virtual time all programs wait for another.
#
#   awk -f qemu_errors.awk qemu.err

# The console or the output is cut, so it would be judged by half.
/No space left on device|[Ii]nput\/output error/ { bad = 1 }

# The VM ends at no fault of its own.
/[Cc]annot (allocate|set up guest) memory/ { bad = 1 }

# The emulated CPU came where none can go, or QEMU is wrong about itself.
/^qemu: fatal:|[Aa]ssertion .*failed|ERROR:.*(tcg|accel|cpus|icount)/ { bad = 1 }

bad {
	print "QEMU: " $0
	found = 1
	bad = 0
}

END { exit !found }
