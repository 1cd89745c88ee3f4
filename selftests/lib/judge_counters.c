// SPDX-License-Identifier: GPL-2.0
#include "judge_counters.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "util.h"

/**
 * judge_counters - see that anomalies_* and lost_log_entries are the sums over all records
 * Return: how much is wrong; reported
 *
 * To be called when nothing moves, in a namespace that has evicted no record and
 * has not inherited any.
 */
int judge_counters(void)
{
	char *counted = run_output("grep -e ^anomalies_ -e ^lost_log_entries " LEDGER_PROC
				   "/stats | grep -v ' 0$' | LC_ALL=C sort");
	char *noted = run_output("tcpledger list --json | jq -rs '"
				 "([.[].anomalies[] | \"anomalies_\" + .] | group_by(.)[] | "
				 "\"\\(.[0]) \\(length)\"), "
				 "(map(.log_dropped) | add | select(. > 0) | "
				 "\"lost_log_entries \\(.)\")' | LC_ALL=C sort");
	int wrong = !!strcmp(counted, noted);

	if (wrong)
		say("stats counts:\n%s# the records say:\n%s", counted, noted);
	free(counted);
	free(noted);
	return wrong;
}
