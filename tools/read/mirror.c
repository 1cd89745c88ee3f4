// SPDX-License-Identifier: GPL-2.0
#include "read/mirror.h"

#include <string.h>

#include "read/reader.h"

/* Flags that a router may set on the way (ECN) do not tell segments apart. */
#define MIRROR_FLAGS	(TCPLEDGER_FIN | TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)

static bool same_address(const struct tcpledger_record *a, const struct tcpledger_record *b)
{
	return !memcmp(a->local, b->remote, sizeof(a->local)) && a->lport == b->rport;
}

/**
 * mirror_is_self - whether a socket connected to itself
 * @record: a checked record
 *
 * Return: true if its two endpoints are one.
 */
bool mirror_is_self(const struct record *record)
{
	return same_address(&record->fixed, &record->fixed);
}

/**
 * mirror_isn - the initial sequence number of one end
 * @record: a checked record
 * @type: TCPLEDGER_ENTRY_OUT for its own end, TCPLEDGER_ENTRY_IN for the other
 *
 * A record without a socket, that of a closed port, knows it only by its log.
 *
 * Return: the number, -1 if unknown.
 */
int64_t mirror_isn(const struct record *record, enum tcpledger_entry_type type)
{
	int64_t isn = type == TCPLEDGER_ENTRY_OUT ? record->fixed.local_isn :
						    record->fixed.remote_isn;
	unsigned int i;

	for (i = 0; isn < 0 && i < record->fixed.log_n; i++)
		if (record->log[i].type == type && record->log[i].flags & TCPLEDGER_SYN)
			isn = record->log[i].seq;
	return isn;
}

static bool may_be_equal(int64_t a, int64_t b)
{
	return a < 0 || b < 0 || a == b;
}

/**
 * mirror_is - whether a record is of the other end of the same connection
 * @record: a checked record
 * @other: another
 *
 * A tuple is used again, an initial sequence number hardly is: those that both
 * know must agree, and one at least must be known to both.
 *
 * Return: true if it is.
 */
bool mirror_is(const struct record *record, const struct record *other)
{
	const struct tcpledger_record *a = &record->fixed, *b = &other->fixed;
	int64_t a_own = mirror_isn(record, TCPLEDGER_ENTRY_OUT);
	int64_t a_peer = mirror_isn(record, TCPLEDGER_ENTRY_IN);
	int64_t b_own = mirror_isn(other, TCPLEDGER_ENTRY_OUT);
	int64_t b_peer = mirror_isn(other, TCPLEDGER_ENTRY_IN);
	bool known = (a_own >= 0 && b_peer >= 0) || (a_peer >= 0 && b_own >= 0);

	return known && !((a->flags ^ b->flags) & TCPLEDGER_REC_IPV6) &&
	       same_address(a, b) && same_address(b, a) &&
	       may_be_equal(a_own, b_peer) && may_be_equal(a_peer, b_own);
}

static bool same_segment(const struct tcpledger_entry *out, const struct tcpledger_entry *in)
{
	/* Payload may be cut into several segments, or joined, on the way. */
	if (out->seq + out->len != in->seq + in->len)
		return false;
	if (out->seq != in->seq && !out->len)
		return false;
	return !((out->flags ^ in->flags) & MIRROR_FLAGS) && out->ack == in->ack;
}

static bool may_be(const struct tcpledger_entry *out, const struct tcpledger_entry *in,
		   int64_t lag_ns)
{
	int64_t left;

	return out->type == TCPLEDGER_ENTRY_OUT && in->type == TCPLEDGER_ENTRY_IN &&
	       !__builtin_sub_overflow(out->t_ns, lag_ns, &left) && left <= in->t_ns &&
	       same_segment(out, in);
}

/* A copy that the network made is not the one that left: the first to come is. */
static void prefer_first(const struct record *to, int *arrives, int *departs,
			 const struct record *from, int64_t lag_ns)
{
	unsigned int j, k;

	for (j = 0; j < to->fixed.log_n; j++)
		for (k = j + 1; k < to->fixed.log_n && departs[j] < 0; k++) {
			if (departs[k] < 0 ||
			    !may_be(&from->log[departs[k]], &to->log[j], lag_ns))
				continue;
			departs[j] = departs[k];
			departs[k] = -1;
			arrives[departs[j]] = (int)j;
		}
}

/**
 * mirror_match - find the arrivals of what was sent
 * @from: record of the sender
 * @to: record of the receiver, may be the same
 * @lag_ns: what the receiver's times are behind the sender's
 * @arrives: for each entry of the sender: the receiver's entry, or -1
 * @departs: the other way round
 *
 * None arrives before it left. Of equal segments, those that were lost are the
 * earlier ones: the last to come is the last that left in time, and so on
 * backwards in order.
 */
void mirror_match(const struct record *from, const struct record *to, int64_t lag_ns,
		  int *arrives, int *departs)
{
	unsigned int i, j;

	for (i = 0; i < from->fixed.log_n; i++)
		arrives[i] = -1;
	for (j = 0; j < to->fixed.log_n; j++)
		departs[j] = -1;
	for (j = to->fixed.log_n; j-- > 0; )
		for (i = from->fixed.log_n; i-- > 0; ) {
			if (arrives[i] >= 0 || !may_be(&from->log[i], &to->log[j], lag_ns))
				continue;
			arrives[i] = (int)j;
			departs[j] = (int)i;
			break;
		}
	prefer_first(to, arrives, departs, from, lag_ns);
}
