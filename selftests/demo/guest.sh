#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM's side of 'make demo': the five questions, each answered by connections that this
# kernel makes now, and what else there is to see.
set -euo pipefail

export LANG=C.UTF-8	# pictures in box drawing
keep=/tmp/lab		# records and captures of each case

title()
{
	printf '\n==== %s ====\n\n' "$*"
}

die()
{
	echo "demo: $*" >&2
	exit 1
}

# How many records there are in these files, or in the kernel.
records()
{
	local file

	if [ $# -eq 0 ]; then
		tcpledger list --json | wc -l
		return
	fi
	for file; do
		tcpledger list --json --file "$file"
	done | wc -l
}

# What a namespace recorded moves to the initial one, some time after it has ended.
wait_for_records()
{
	local wanted end=$((SECONDS + 20))

	wanted=$(records "$keep"/*.records)
	until [ "$(records)" -ge "$wanted" ]; do
		[ "$SECONDS" -lt "$end" ] || die "waited 20 s in vain for $wanted records"
		sleep 0.1
	done
}

[ -d /proc/net/tcpledger ] || die "runs in the VM of 'make demo', with the module loaded"
title 'Five questions, answered by connections made now: tcpledger lab five-questions --wait'
tcpledger lab five-questions --wait --keep "$keep"
title 'All of these connections, a line for each end: tcpledger list'
wait_for_records
tcpledger list
title 'What else the lab can make: tcpledger lab'
tcpledger lab
# Their records outlive the VM: demo.sh takes them out of the output, and makes the report.
echo "records-begin"
# shellcheck disable=SC2002 # a read must take a whole record
cat /proc/net/tcpledger/records | base64
echo "records-end"
printf '\nTry them: make vm gives a shell in such a VM, where tcpledger lab assassinated is one of them.\n'
