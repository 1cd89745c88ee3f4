// SPDX-License-Identifier: GPL-2.0-only
/*
 * The name of an endpoint, and the secrets of its hash.
 */
#include "ledger/key.h"

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>

u64 tcpledger_key_secret[TCPLEDGER_KEY_SECRETS] __read_mostly;

/**
 * tcpledger_key_mirror() - the same connection's other endpoint
 * @key: filled
 * @of: this endpoint
 *
 * Context: any.
 */
void tcpledger_key_mirror(struct tcpledger_key *key,
			  const struct tcpledger_key *of)
{
	const u32 ports = tcpledger_key_ports(of->rport, of->lport);

	*key = *of;
	if (of->v6)
		tcpledger_key_v6(key, of->net,
				 (const struct in6_addr *)of->remote,
				 (const struct in6_addr *)of->local, ports);
	else
		tcpledger_key_v4(key, of->net, of->remote[0], of->local[0],
				 ports);
}

/**
 * tcpledger_key_init() - draw the secrets
 *
 * Context: process, at load.
 */
void __init tcpledger_key_init(void)
{
	get_random_bytes(tcpledger_key_secret, sizeof(tcpledger_key_secret));
}
