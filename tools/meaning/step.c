// SPDX-License-Identifier: GPL-2.0
#include "meaning/step.h"

#include "read/record.h"

/**
 * step_effect - the last state change that a segment caused
 * @record: whose log
 * @segment: its number
 *
 * Return: the number of the change, or -1.
 */
int step_effect(const struct record *record, int segment)
{
	unsigned int i = record->fixed.log_n;

	while (i-- > 0)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE &&
		    record->log[i].segment == segment)
			return (int)i;
	return -1;
}

/**
 * step_noted - whether an anomaly was noticed at a segment
 * @record: whose log
 * @segment: its number
 * @tag: enum tcpledger_anomaly
 */
bool step_noted(const struct record *record, int segment, unsigned int tag)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_NOTE &&
		    record->log[i].segment == segment && record->log[i].tag == tag)
			return true;
	return false;
}
