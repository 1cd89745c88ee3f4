// SPDX-License-Identifier: GPL-2.0
#include "read/filter.h"

#include <string.h>

#include "read/record.h"

/**
 * filter_init - want everything
 * @filter: set up
 */
void filter_init(struct filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->uid = -1;
	filter->cgroup = -1;
	filter->since_ns = -1;
	filter->older_ns = -1;
}

/**
 * filter_any - whether there is a condition
 * @filter: what is wanted
 *
 * Return: false if everything is wanted.
 */
bool filter_any(const struct filter *filter)
{
	struct filter none;

	filter_init(&none);
	return memcmp(filter, &none, sizeof(none)) != 0;
}

static bool in_list(const struct filter_list *list, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		if (list->values[i] == value)
			return true;
	return !list->count;
}

/* Neither or both of a pair of switches mean either. */
static bool in_pair(bool yes, bool no, bool value)
{
	return yes == no || value == yes;
}

static bool in_mask(uint64_t mask, unsigned int value)
{
	return !mask || (mask >> value & 1);
}

static bool has_prefix(const struct filter *filter, const uint8_t *address)
{
	unsigned int whole = filter->addr_len / 8, rest = filter->addr_len % 8;

	if (memcmp(address, filter->addr, whole))
		return false;
	return !rest || !((address[whole] ^ filter->addr[whole]) >> (8 - rest));
}

static bool match_address(const struct filter *filter, const struct tcpledger_record *r)
{
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	if (!filter->has_addr)
		return true;
	if (ipv6 != filter->addr_ipv6)
		return false;
	return has_prefix(filter, r->local) || has_prefix(filter, r->remote);
}

static bool match_owner(const struct filter *filter, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;

	if (filter->pids.count && (r->pid < 0 || !in_list(&filter->pids, (uint32_t)r->pid)))
		return false;
	if (filter->uid >= 0 && r->uid != filter->uid)
		return false;
	if (filter->cgroup >= 0 && r->cgroup != filter->cgroup)
		return false;
	/* The kernel keeps the first 15 bytes of a program's name. */
	return !filter->comm ||
	       !strncmp(record->comm, filter->comm, TCPLEDGER_COMM_LEN - 1);
}

static bool match_time(const struct filter *filter, const struct tcpledger_record *r,
		       const struct tcpledger_header *header)
{
	int64_t ago;

	if (filter->since_ns >= 0 &&
	    (r->opened_at < 0 ||
	     __builtin_sub_overflow(header->realtime_ns, r->opened_at, &ago) ||
	     ago > filter->since_ns))
		return false;
	return filter->older_ns < 0 || r->state_age_ns >= filter->older_ns;
}

/**
 * filter_match - whether a record is wanted
 * @filter: what is wanted
 * @record: a checked record
 * @header: header of its file: the time of the reading
 *
 * Return: true if every condition holds.
 */
bool filter_match(const struct filter *filter, const struct record *record,
		  const struct tcpledger_header *header)
{
	const struct tcpledger_record *r = &record->fixed;

	return in_pair(filter->ipv6, filter->ipv4, r->flags & TCPLEDGER_REC_IPV6) &&
	       in_pair(filter->live, filter->history, r->flags & TCPLEDGER_REC_LIVE) &&
	       in_list(&filter->lports, r->lport) &&
	       in_list(&filter->rports, r->rport) &&
	       in_mask(filter->states, r->state) &&
	       in_mask(filter->outcomes, r->outcome) &&
	       in_mask(filter->kinds, r->kind) &&
	       (!filter->anomalies || (filter->anomalies & r->anomalies)) &&
	       match_address(filter, r) &&
	       match_owner(filter, record) &&
	       match_time(filter, r, header);
}
