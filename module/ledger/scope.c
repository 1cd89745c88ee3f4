// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a namespace records: all new connections, none, or those whose first segment a
 * filter takes. It is asked once for each new record, and for no other segment. What
 * is there already stays, and is followed to its end.
 *
 * The filter is a classic BPF program, which the kernel checks, translates and runs.
 * It reads the SYN from the IP header on. Where there is no SYN (at load, or when a
 * socket without a record changes its state) it reads one made of the addresses and
 * ports.
 */
#include "ledger/scope.h"

#include <linux/err.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/net_namespace.h>

#include "ledger/key.h"
#include "ledger/parameters.h"
#include "ledger/net.h"

static DEFINE_MUTEX(scope_mutex);	/* covers writes of @filter */

/**
 * tcpledger_scope_begin() - a namespace records what the parameter 'enabled' says
 * @s: zeroed
 * @net: the namespace
 *
 * Context: process.
 */
void tcpledger_scope_begin(struct tcpledger_scope *s, const struct net *net)
{
	s->enabled = tcpledger_parameters.enabled == TCPLEDGER_ENABLED_ALL ||
		     (tcpledger_parameters.enabled == TCPLEDGER_ENABLED_INITIAL &&
		      net_eq(net, &init_net));
}

static void filter_free(struct tcpledger_filter *f)
{
	if (!f)
		return;
	bpf_prog_destroy(f->program);
	kvfree(f);
}

/**
 * tcpledger_scope_end() - free the filter
 * @s: nothing asks it any more
 *
 * Context: process.
 */
void tcpledger_scope_end(struct tcpledger_scope *s)
{
	filter_free(rcu_dereference_protected(s->filter, true));
}

/**
 * tcpledger_scope_enable() - make new records from now on, or none
 * @tn: the namespace
 * @enabled: which of these
 *
 * Context: any.
 */
void tcpledger_scope_enable(struct tcpledger_net *tn, bool enabled)
{
	WRITE_ONCE(tn->scope.enabled, enabled);
}

/* May sleep until no context runs the old filter. */
static void replace(struct tcpledger_net *tn, struct tcpledger_filter *f)
{
	struct tcpledger_filter *old;

	mutex_lock(&scope_mutex);
	old = rcu_replace_pointer(tn->scope.filter, f,
				  lockdep_is_held(&scope_mutex));
	mutex_unlock(&scope_mutex);
	if (!old)
		return;
	synchronize_rcu();
	filter_free(old);
}

/*
 * A load from a negative offset asks the kernel about more than the bytes of the
 * packet: its device, its mark, its hash. A SYN that is made from a tuple has none
 * of these.
 */
static bool reads_packet_only(const struct sock_filter *code, u32 n)
{
	for (; n; n--, code++)
		if ((BPF_CLASS(code->code) == BPF_LD ||
		     BPF_CLASS(code->code) == BPF_LDX) &&
		    (BPF_MODE(code->code) == BPF_ABS ||
		     BPF_MODE(code->code) == BPF_IND ||
		     BPF_MODE(code->code) == BPF_MSH) && (s32)code->k < 0)
			return false;
	return true;
}

/**
 * tcpledger_scope_narrow() - record only what a filter takes
 * @tn: the namespace
 * @code: a classic BPF program over a packet from its IP header on; a result other
 *	than 0 takes it
 * @n: its instructions
 * @text: how readers are to see it
 * @len: bytes of @text
 *
 * Context: process.
 * Return: 0; -EINVAL if the kernel refuses the program, or the program asks for more
 * than the packet's bytes; -ENOMEM. An error changes nothing.
 */
int tcpledger_scope_narrow(struct tcpledger_net *tn,
			   const struct sock_filter *code, u32 n,
			   const char *text, u32 len)
{
	struct sock_fprog_kern program = {
		.len = n, .filter = (struct sock_filter *)code,
	};
	struct tcpledger_filter *f;
	int ret;

	if (n > BPF_MAXINSNS || !reads_packet_only(code, n))
		return -EINVAL;
	f = kvmalloc(struct_size(f, text, len), GFP_KERNEL_ACCOUNT);
	if (!f)
		return -ENOMEM;
	ret = bpf_prog_create(&f->program, &program);
	if (ret) {
		kvfree(f);
		return ret;
	}
	f->len = len;
	memcpy(f->text, text, len);
	replace(tn, f);
	return 0;
}

/**
 * tcpledger_scope_widen() - record all connections again
 * @tn: the namespace
 *
 * Context: process.
 */
void tcpledger_scope_widen(struct tcpledger_net *tn)
{
	replace(tn, NULL);
}

/**
 * tcpledger_scope_text() - the filter as it was written
 * @tn: the namespace
 * @text: filled with a copy, for kvfree(), or NULL without a filter
 * @len: filled with its bytes
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_scope_text(struct tcpledger_net *tn, char **text, u32 *len)
{
	const struct tcpledger_filter *f;
	char *copy = NULL;
	u32 room = 0;

	/* Not allocated under the mutex: it is the writers' of all namespaces. */
	for (;;) {
		mutex_lock(&scope_mutex);
		f = rcu_dereference_protected(tn->scope.filter,
					      lockdep_is_held(&scope_mutex));
		*len = f ? f->len : 0;
		if (*len <= room)
			break;
		room = *len;
		mutex_unlock(&scope_mutex);
		kvfree(copy);
		copy = kvmalloc(room, GFP_KERNEL_ACCOUNT);
		if (!copy)
			return -ENOMEM;
	}
	if (f)
		memcpy(copy, f->text, *len);
	mutex_unlock(&scope_mutex);
	*text = copy;
	return 0;
}

/* An RCU read section, or preemption off, which keeps the filter as well. */
static const struct tcpledger_filter *filter_of(const struct tcpledger_net *tn)
{
	return rcu_dereference_check(tn->scope.filter,
				     rcu_read_lock_sched_held());
}

/**
 * tcpledger_scope_has_packet() - is a connection with this first segment recorded?
 * @tn: the namespace
 * @skb: its SYN, the data beginning with the IP header
 *
 * Context: a hook, no lock of ours held.
 * Return: whether to make a record; if not, that is counted.
 */
bool tcpledger_scope_has_packet(struct tcpledger_net *tn,
				const struct sk_buff *skb)
{
	const struct tcpledger_filter *f;

	if (unlikely(!READ_ONCE(tn->scope.enabled))) {
		tcpledger_count(tn, disabled);
		return false;
	}
	f = filter_of(tn);
	if (likely(!f) || bpf_prog_run_pin_on_cpu(f->program, skb))
		return true;
	tcpledger_count(tn, filtered);
	return false;
}

/* A SYN with neither options nor data; returns how long it is. */
static u32 make_syn(u8 *to, const struct tcpledger_key *key, bool left)
{
	const __be32 *from = left ? key->local : key->remote;
	const __be32 *dest = left ? key->remote : key->local;
	struct tcphdr th = {
		.source = left ? key->lport : key->rport,
		.dest = left ? key->rport : key->lport,
		.doff = sizeof(th) / 4, .syn = 1,
	};
	struct ipv6hdr ip6h = {
		.version = 6, .payload_len = htons(sizeof(th)),
		.nexthdr = IPPROTO_TCP, .hop_limit = 64,
	};
	struct iphdr iph = {
		.version = 4, .ihl = sizeof(iph) / 4,
		.tot_len = htons(sizeof(iph) + sizeof(th)),
		.ttl = 64, .protocol = IPPROTO_TCP,
		.saddr = *from, .daddr = *dest,
	};
	const u32 len = key->v6 ? sizeof(ip6h) : sizeof(iph);

	memcpy(&ip6h.saddr, from, sizeof(ip6h.saddr));
	memcpy(&ip6h.daddr, dest, sizeof(ip6h.daddr));
	memcpy(to, key->v6 ? (void *)&ip6h : (void *)&iph, len);
	memcpy(to + len, &th, sizeof(th));
	return len + sizeof(th);
}

/*
 * Probes may not allocate, so the packet is on the stack. The program gets only at
 * what lies between head and tail, see reads_packet_only().
 */
static bool takes_syn(const struct tcpledger_filter *f,
		      const struct tcpledger_key *key, bool left)
{
	u8 bytes[sizeof(struct ipv6hdr) + sizeof(struct tcphdr)];
	struct sk_buff skb = {
		.protocol = key->v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP),
		.head = bytes, .data = bytes,
		.mac_header = (typeof(skb.mac_header))~0U,
	};

	skb.len = make_syn(bytes, key, left);
	skb_set_tail_pointer(&skb, skb.len);
	return bpf_prog_run_pin_on_cpu(f->program, &skb);
}

/**
 * tcpledger_scope_has_tuple() - is a connection recorded whose SYN is not at hand?
 * @tn: the namespace
 * @key: the endpoint
 * @ways: TCPLEDGER_SYN_CAME, TCPLEDGER_SYN_LEFT, or both where that is not known: then
 *	the filter has to take both, so that a connection whose SYN it refused gets no
 *	record later
 * @count: nobody has judged this connection before, so count if it is not recorded
 *
 * Context: any, preemption off or in an RCU read section.
 * Return: whether to make a record.
 */
bool tcpledger_scope_has_tuple(struct tcpledger_net *tn,
			       const struct tcpledger_key *key, u32 ways,
			       bool count)
{
	const struct tcpledger_filter *f;

	if (unlikely(!READ_ONCE(tn->scope.enabled))) {
		if (count)
			tcpledger_count(tn, disabled);
		return false;
	}
	f = filter_of(tn);
	if (likely(!f) ||
	    ((!(ways & TCPLEDGER_SYN_CAME) || takes_syn(f, key, false)) &&
	     (!(ways & TCPLEDGER_SYN_LEFT) || takes_syn(f, key, true))))
		return true;
	if (count)
		tcpledger_count(tn, filtered);
	return false;
}
