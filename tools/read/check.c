// SPDX-License-Identifier: GPL-2.0
#include "read/check.h"

#include "read/record.h"

#define STRUCT_MOST	4096	/* no structure is longer */

/**
 * check_size - whether a header's size of a structure is possible
 * @size: the size
 * @least: what this version has of it
 *
 * Return: true if it is.
 */
bool check_size(uint32_t size, size_t least)
{
	return size >= least && size <= STRUCT_MOST && size % 8 == 0;
}

/* Every record and every change has a state: 0 is none. */
static bool is_state(unsigned int state)
{
	return state > 0 && state < RECORD_VALUES;
}

static const char *wrong(const char *what, uint64_t number, uint64_t *value)
{
	*value = number;
	return what;
}

/**
 * check_record - look at a record without its log
 * @r: the record
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *check_record(const struct tcpledger_record *r, uint64_t *value)
{
	if (!is_state(r->state))
		return wrong("state", r->state, value);
	if (r->role >= RECORD_VALUES)
		return wrong("role", r->role, value);
	if (r->outcome >= RECORD_VALUES)
		return wrong("outcome", r->outcome, value);
	if (r->kind >= RECORD_VALUES)
		return wrong("kind", r->kind, value);
	if (r->first >= RECORD_VALUES)
		return wrong("first", r->first, value);
	if (r->reset_by >= RECORD_VALUES)
		return wrong("reset_by", r->reset_by, value);
	if (r->tw_exit >= RECORD_VALUES)
		return wrong("tw_exit", r->tw_exit, value);
	return NULL;
}

/**
 * check_entry - look at an entry of a log
 * @e: the entry
 * @log_n: entries that the log has
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *check_entry(const struct tcpledger_entry *e, unsigned int log_n, uint64_t *value)
{
	bool refers = e->type == TCPLEDGER_ENTRY_STATE || e->type == TCPLEDGER_ENTRY_NOTE;

	if (e->type > TCPLEDGER_ENTRY_NOTE)
		return wrong("type of an entry", e->type, value);
	if (e->type == TCPLEDGER_ENTRY_STATE && (!is_state(e->from) || !is_state(e->to)))
		return wrong("state of an entry", is_state(e->from) ? e->to : e->from, value);
	if (e->type == TCPLEDGER_ENTRY_STATE && e->cause >= RECORD_VALUES)
		return wrong("cause of an entry", e->cause, value);
	if (e->type == TCPLEDGER_ENTRY_NOTE && e->tag >= RECORD_VALUES)
		return wrong("tag of an entry", e->tag, value);
	if (refers && (e->segment < -1 || e->segment >= (int)log_n))
		return wrong("segment of an entry", (uint16_t)e->segment, value);
	return NULL;
}
