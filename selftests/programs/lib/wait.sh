# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Waits for what must happen: source it after ktap.sh.

# until_true CONDITION [SECONDS]: looks every SECONDS whether it has come true. The bound is
# for what hangs; nothing is measured by it.
until_true()
{
	local end=$((SECONDS + 300))

	until eval "$1" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			ktap_say "waited in vain: $1"
			return 1
		fi
		sleep "${2:-0.05}"
	done
}
