// SPDX-License-Identifier: GPL-2.0
#include "read/record.h"

#include <string.h>

static bool same_address(const struct tcpledger_record *a, const struct tcpledger_record *b)
{
	return !memcmp(a->local, b->remote, sizeof(a->local)) && a->lport == b->rport;
}

/**
 * record_is_self_connect - whether a socket connected to itself
 * @record: a checked record
 *
 * Return: true if its two endpoints are one.
 */
bool record_is_self_connect(const struct record *record)
{
	return same_address(&record->fixed, &record->fixed);
}

/**
 * record_isn - the initial sequence number of one end
 * @record: a checked record
 * @type: TCPLEDGER_ENTRY_OUT for its own end, TCPLEDGER_ENTRY_IN for the other
 *
 * A record without a socket, that of a closed port, knows it only by its log.
 *
 * Return: the number, -1 if unknown.
 */
int64_t record_isn(const struct record *record, enum tcpledger_entry_type type)
{
	int64_t isn = type == TCPLEDGER_ENTRY_OUT ? record->fixed.local_isn :
						    record->fixed.remote_isn;
	unsigned int i;

	for (i = 0; isn < 0 && i < record->fixed.log_n; i++)
		if (record->log[i].type == type && record->log[i].flags & TCPLEDGER_SYN)
			isn = record->log[i].seq;
	return isn;
}

/**
 * record_state_since - when the state before an entry began
 * @record: a checked record
 * @entry: index of the entry
 *
 * Return: the moment, -1 if the log does not have it.
 */
int64_t record_state_since(const struct record *record, unsigned int entry)
{
	while (entry-- > 0)
		if (record->log[entry].type == TCPLEDGER_ENTRY_STATE)
			return record->log[entry].t_ns;
	return -1;
}

static bool may_be_equal(int64_t a, int64_t b)
{
	return a < 0 || b < 0 || a == b;
}

/**
 * record_isns_agree - whether the initial sequence numbers are those of two ends
 * @record: a checked record
 * @other: another
 *
 * A tuple is used again, an initial sequence number hardly is: those that both
 * know must agree, and one at least must be known to both.
 *
 * Return: true if they may be of one connection.
 */
bool record_isns_agree(const struct record *record, const struct record *other)
{
	int64_t a_own = record_isn(record, TCPLEDGER_ENTRY_OUT);
	int64_t a_peer = record_isn(record, TCPLEDGER_ENTRY_IN);
	int64_t b_own = record_isn(other, TCPLEDGER_ENTRY_OUT);
	int64_t b_peer = record_isn(other, TCPLEDGER_ENTRY_IN);
	bool known = (a_own >= 0 && b_peer >= 0) || (a_peer >= 0 && b_own >= 0);

	return known && may_be_equal(a_own, b_peer) && may_be_equal(a_peer, b_own);
}

/**
 * record_addresses_agree - whether addresses and ports are those of two ends
 * @record: a checked record
 * @other: another
 *
 * Return: true if each calls itself what the other calls its peer.
 */
bool record_addresses_agree(const struct record *record, const struct record *other)
{
	const struct tcpledger_record *a = &record->fixed, *b = &other->fixed;

	return !((a->flags ^ b->flags) & TCPLEDGER_REC_IPV6) && same_address(a, b) &&
	       same_address(b, a);
}

/**
 * record_is_other_end - whether a record is of the other end of the same connection
 * @record: a checked record
 * @other: another
 *
 * Return: true if addresses, ports and initial sequence numbers say so.
 */
bool record_is_other_end(const struct record *record, const struct record *other)
{
	return record_addresses_agree(record, other) && record_isns_agree(record, other);
}
