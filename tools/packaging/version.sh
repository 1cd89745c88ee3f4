#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints the version of this tree, which MODULE_VERSION, the command and the packages share:
#
#   0.1+git20261129.104005.ceddf1c6d40b       the time (UTC) and the number of the last commit
#   0.1+git20261129.104005.ceddf1c6d40b.dirty what is built has changes beside
#
# The time comes first so that packages of a later commit are an upgrade, and nothing depends
# on how much of the history a clone has. Outside of a git checkout the file .version tells:
# 'git archive' replaces the words after its first, and a package's source has one word there.
set -eu

top=$(dirname "$0")/../..
# What these are not made of may be changed at will.
built='.version Kbuild Makefile COPYING module tools'

# The owner of the checkout may be another one: 'sudo make install'.
in_git()
{
	GIT_OPTIONAL_LOCKS=0 git -c safe.directory='*' -C "$top" "$@" 2>/dev/null
}

print_commit()
{
	echo "$1+git$(date -u -d "@$2" +%Y%m%d.%H%M%S).$(echo "$3" | cut -c 1-12)${4:-}"
}

read -r base time commit <"$top/.version"
# A folder inside of another project's checkout is not of that project's version.
if [ -e "$top/.git" ] && log=$(in_git log -1 --format='%ct %H'); then
	# shellcheck disable=SC2086 # a list of paths
	changes=$(in_git status --porcelain -- $built)
	print_commit "$base" "${log% *}" "${log#* }" "${changes:+.dirty}"
elif [ -z "$time" ]; then
	echo "$base"
else
	case $time in
	*Format*)	echo "$base+unknown" ;;
	*)		print_commit "$base" "$time" "$commit" ;;
	esac
fi
