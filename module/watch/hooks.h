/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_HOOKS_H
#define TCPLEDGER_HOOKS_H

#include <linux/compiler.h>
#include <linux/netfilter.h>
#include <linux/types.h>

struct net;
struct sk_buff;

extern bool tcpledger_ready;

/* May a segment make a record? Asked only of one that would. */
static inline bool tcpledger_hooks_ready(void)
{
	return READ_ONCE(tcpledger_ready);
}

unsigned int tcpledger_hook_in4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int tcpledger_hook_in6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int tcpledger_hook_out4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int tcpledger_hook_out6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);

void tcpledger_hooks_open(void);
int tcpledger_hooks_register(struct net *net);
void tcpledger_hooks_unregister(struct net *net);

#endif /* TCPLEDGER_HOOKS_H */
