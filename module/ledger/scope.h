/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SCOPE_H
#define TCPLEDGER_SCOPE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/filter.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct net;
struct sk_buff;
struct tcpledger_key;
struct tcpledger_net;

/**
 * struct tcpledger_filter - which connections are recorded, by their first segment
 * @program: runs on a packet from its IP header on
 * @text: how the program was written, for readers
 * @len: bytes of @text
 *
 * Constant once it is published. Readers are in an RCU read section, or have
 * preemption off.
 */
struct tcpledger_filter {
	struct bpf_prog	*program;
	u32		len;
	char		text[];
};

/**
 * struct tcpledger_scope - what a namespace records
 * @enabled: new records are made
 * @filter: which ones, NULL for all
 *
 * Written in scope.c only.
 */
struct tcpledger_scope {
	bool					enabled;
	struct tcpledger_filter __rcu		*filter;
};

/* Which way did the first SYN go? Both, where that is not known. */
#define TCPLEDGER_SYN_CAME	BIT(0)
#define TCPLEDGER_SYN_LEFT	BIT(1)

/* The longest program: BPF_MAXINSNS instructions, as text. */
#define TCPLEDGER_FILTER_TEXT_MAX	(128 * 1024)

/* Does a filter decide which new connections are recorded? */
static inline bool tcpledger_scope_filters(const struct tcpledger_scope *s)
{
	return rcu_access_pointer(s->filter);
}

/* Is there anything that the namespace does not record? */
static inline bool tcpledger_scope_is_narrow(const struct tcpledger_scope *s)
{
	return !READ_ONCE(s->enabled) || rcu_access_pointer(s->filter);
}

void tcpledger_scope_begin(struct tcpledger_scope *s, const struct net *net);
void tcpledger_scope_end(struct tcpledger_scope *s);
void tcpledger_scope_enable(struct tcpledger_net *tn, bool enabled);
int tcpledger_scope_narrow(struct tcpledger_net *tn,
			   const struct sock_filter *code, u32 n,
			   const char *text, u32 len);
int tcpledger_scope_text(struct tcpledger_net *tn, char **text, u32 *len);
void tcpledger_scope_widen(struct tcpledger_net *tn);
bool tcpledger_scope_has_packet(struct tcpledger_net *tn,
				const struct sk_buff *skb);
bool tcpledger_scope_has_tuple(struct tcpledger_net *tn,
			       const struct tcpledger_key *key, u32 ways,
			       bool count);

#endif /* TCPLEDGER_SCOPE_H */
