// SPDX-License-Identifier: GPL-2.0
#include "meaning/arrivals.h"

#include "read/record.h"

/* Flags that a router may set on the way (ECN) do not tell segments apart. */
#define SAME_FLAGS	(TCPLEDGER_FIN | TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)

static bool same_segment(const struct tcpledger_entry *out, const struct tcpledger_entry *in)
{
	/* Payload may be cut into several segments, or joined, on the way. */
	if (out->seq + out->len != in->seq + in->len)
		return false;
	if (out->seq != in->seq && !out->len)
		return false;
	return !((out->flags ^ in->flags) & SAME_FLAGS) && out->ack == in->ack;
}

static bool may_be(const struct tcpledger_entry *out, const struct tcpledger_entry *in,
		   int64_t lag_ns)
{
	int64_t left;

	return out->type == TCPLEDGER_ENTRY_OUT && in->type == TCPLEDGER_ENTRY_IN &&
	       !__builtin_sub_overflow(out->t_ns, lag_ns, &left) && left <= in->t_ns &&
	       same_segment(out, in);
}

/*
 * The network may duplicate a segment, which then arrives more than once. The first
 * arrival is the segment that left, later ones are the copies: pair the departure with
 * the first.
 */
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
 * arrivals_match - find the arrivals of what was sent
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
void arrivals_match(const struct record *from, const struct record *to, int64_t lag_ns,
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
