/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which records are wanted. Conditions of different kinds must all hold; of
 * several values for one condition, one must.
 */
#ifndef TCPLEDGER_FILTER_H
#define TCPLEDGER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;
struct tcpledger_header;

#define FILTER_LIST_MAX	64	/* values one condition can have */

/**
 * struct filter_list - numbers of which one must match
 * @count: how many; 0 matches everything
 * @values: the numbers
 */
struct filter_list {
	unsigned int	count;
	uint32_t	values[FILTER_LIST_MAX];
};

/**
 * struct filter - what is wanted; all zero wants everything
 * @ipv4: IPv4 wanted
 * @ipv6: IPv6 wanted; both or none mean either
 * @live: live records wanted
 * @history: ended records wanted; both or none mean either
 * @pids: owner's process id
 * @lports: own port
 * @rports: the peer's port
 * @has_addr: a prefix was given
 * @addr_len: its length in bits
 * @addr_ipv6: its family
 * @addr: the prefix, either end may have it
 * @states: mask by state
 * @outcomes: mask by outcome
 * @kinds: mask by kind
 * @anomalies: mask by anomaly; one of them suffices
 * @comm: owner's name, or NULL
 * @uid: owner's user id, or -1
 * @cgroup: cgroup id, or -1
 * @since_ns: opened at most this long ago, or -1
 * @older_ns: at least this long in the present state, or -1
 */
struct filter {
	bool			ipv4, ipv6, live, history;
	struct filter_list	pids, lports, rports;
	bool			has_addr, addr_ipv6;
	unsigned int		addr_len;
	uint8_t			addr[16];
	uint64_t		states, outcomes, kinds, anomalies;
	const char		*comm;
	int64_t			uid, cgroup, since_ns, older_ns;
};

void filter_init(struct filter *filter);
bool filter_any(const struct filter *filter);
bool filter_match(const struct filter *filter, const struct record *record,
		  const struct tcpledger_header *header);

#endif
