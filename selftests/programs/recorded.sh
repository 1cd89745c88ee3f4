#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Files that were kept on machines of either byte order, and a recorded file of the first
# version of the live stream, are read on this one. The judge is what the command said of
# each where it was recorded.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh

# reads_as NAME ENDING: each record, with each of its values
reads_as()
{
	diff "recorded/$1.json" <(tcpledger list --json --file "recorded/$1.$2" 2>&1) | sed 's/^/# /'
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

# says PATTERN FILE: in one line, with status 1
says()
{
	local said rc=0

	said=$(tcpledger list --file "$2" 2>&1 >/dev/null) || rc=$?
	[ "$rc" -eq 1 ] && [ "$(wc -l <<<"$said")" -eq 1 ] && grep -qE -- "$1" <<<"$said" && return
	ktap_say "ended with $rc: $said"
	return 1
}

names=(s390x x86_64)
cut=$(mktemp)
trap 'rm -f "$cut"' EXIT
ktap_plan $((3 * ${#names[@]} + 2))
for name in "${names[@]}"; do
	ktap_result "reads_$name" reads_as "$name" records
	head -c 1000 "recorded/$name.records" >"$cut"
	ktap_result "cut_$name" says 'truncated within record 2 at byte [0-9]+' "$cut"
	head -c 7 "recorded/$name.records" >"$cut"
	ktap_result "head_of_$name" says 'truncated: 7 bytes' "$cut"
done
ktap_result reads_version1_events reads_as version1 events
head -c 5930 recorded/version1.events >"$cut"
ktap_result cut_version1_events says 'it is cut off: of the frame at byte [0-9]+' "$cut"
ktap_end
