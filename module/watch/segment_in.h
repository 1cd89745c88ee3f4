/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SEGMENT_IN_H
#define TCPLEDGER_SEGMENT_IN_H

#include <linux/netfilter.h>

unsigned int tcpledger_hook_in4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int tcpledger_hook_in6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);

#endif /* TCPLEDGER_SEGMENT_IN_H */
