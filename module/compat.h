/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the supported kernels, each named by what it is. They
 * are found in the headers, not by the version: Kbuild sets TCPLEDGER_HAVE_* from
 * the text of the headers it builds against.
 */
#ifndef TCPLEDGER_COMPAT_H
#define TCPLEDGER_COMPAT_H

#include <linux/ptrace.h>
#include <linux/skbuff.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

#if !IS_ENABLED(CONFIG_IPV6) || !IS_ENABLED(CONFIG_NETFILTER) ||	\
	!IS_ENABLED(CONFIG_PROC_FS)
#error "tcpledger needs a kernel with CONFIG_IPV6, CONFIG_NETFILTER and CONFIG_PROC_FS"
#endif

#if !IS_ENABLED(CONFIG_64BIT)
#error "tcpledger needs a 64-bit kernel: 64-bit times are read at once, jiffies must not wrap"
#endif

/* The sysctl that gives packets of a VRF also to sockets that are not bound. */
#if IS_ENABLED(CONFIG_NET_L3_MASTER_DEV)
#define tcpledger_l3mdev_accept(net)					\
	READ_ONCE((net)->ipv4.sysctl_tcp_l3mdev_accept)
#else
#define tcpledger_l3mdev_accept(net)	((void)(net), false)
#endif

/*
 * For a local variable that is filled before it is read, and too big for
 * CONFIG_INIT_STACK_ALL_ZERO to clear it at each event.
 */
#define __tcpledger_unset __attribute__((__uninitialized__))

/*
 * tcpledger_argument() - argument @n, from 0, of a function at its first instruction
 *
 * On s390 the kernel's own accessor calls a function that is not exported. A machine
 * without one has no kprobes of ours.
 */
#define TCPLEDGER_HAVE_ARGUMENTS					\
	(IS_ENABLED(CONFIG_S390) || IS_ENABLED(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API))

static inline unsigned long tcpledger_argument(struct pt_regs *regs, unsigned int n)
{
#if IS_ENABLED(CONFIG_S390)
	return regs->gprs[2 + n];
#elif IS_ENABLED(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
	return regs_get_kernel_argument(regs, n);
#else
	return 0;
#endif
}

/* The last arguments of the kfree_skb tracepoint. */
#if defined(TCPLEDGER_HAVE_CONST_RX_SK)
#define TCPLEDGER_KFREE_SKB_ARGS					\
	void *data, struct sk_buff *skb, void *location,		\
	enum skb_drop_reason reason, const struct sock *rx_sk
#elif defined(TCPLEDGER_HAVE_KFREE_SKB_RX_SK)
#define TCPLEDGER_KFREE_SKB_ARGS					\
	void *data, struct sk_buff *skb, void *location,		\
	enum skb_drop_reason reason, struct sock *rx_sk
#else
#define TCPLEDGER_KFREE_SKB_ARGS					\
	void *data, struct sk_buff *skb, void *location,		\
	enum skb_drop_reason reason
#endif

/*
 * Does a reason to drop a segment come from the timewait or request socket that held
 * the connection, after it has processed the segment? Once these gave none.
 */
#ifdef TCPLEDGER_HAVE_HOLDER_REASONS
#define tcpledger_reason_of_holder(reason)				\
	((reason) == SKB_DROP_REASON_TCP_RFC7323_TW_PAWS ||		\
	 (reason) == SKB_DROP_REASON_TCP_RFC7323_PAWS ||		\
	 (reason) == SKB_DROP_REASON_TCP_RFC7323_TSECR ||		\
	 (reason) == SKB_DROP_REASON_TCP_OVERWINDOW ||			\
	 (reason) == SKB_DROP_REASON_TCP_LISTEN_OVERFLOW)
#else
#define tcpledger_reason_of_holder(reason)	((void)(reason), false)
#endif

/*
 * Probes of tracepoints ran with preemption off, until tracepoints got an SRCU read
 * section in its place. All that a probe touches relies on the former: per-CPU data,
 * RCU, and synchronize_rcu() as a wait for probes.
 */
#ifdef TCPLEDGER_HAVE_PREEMPTIBLE_PROBES
#define tcpledger_probe_begin()		preempt_disable_notrace()
#define tcpledger_probe_end()		preempt_enable_notrace()
#else
#define tcpledger_probe_begin()		do { } while (0)
#define tcpledger_probe_end()		do { } while (0)
#endif

/* The lookups of TCP's own table, which was once named by an argument. */
#ifdef TCPLEDGER_HAVE_LOOKUP_HASHINFO
#define tcpledger_lookup_v4(net, ...)					\
	__inet_lookup_established(net,					\
		(net)->ipv4.tcp_death_row.hashinfo, __VA_ARGS__)
#define tcpledger_lookup_v6(net, ...)					\
	__inet6_lookup_established(net,					\
		(net)->ipv4.tcp_death_row.hashinfo, __VA_ARGS__)
#else
#define tcpledger_lookup_v4(net, ...)					\
	__inet_lookup_established(net, __VA_ARGS__)
#define tcpledger_lookup_v6(net, ...)					\
	__inet6_lookup_established(net, __VA_ARGS__)
#endif

/* May a sysctl's handler write to its table? */
#ifdef TCPLEDGER_HAVE_CONST_CTL_TABLE
#define TCPLEDGER_CTL_CONST const
#else
#define TCPLEDGER_CTL_CONST
#endif

/* Tables of sysctls have a length, or end with an empty row. */
#ifdef TCPLEDGER_HAVE_SYSCTL_SIZE
#define tcpledger_register_sysctl(net, path, table, n)			\
	register_net_sysctl_sz(net, path, table, n)
#else
#define tcpledger_register_sysctl(net, path, table, n)			\
	register_net_sysctl(net, path, table)
#endif

typedef unsigned long tcpledger_shrink_fn(struct shrinker *s,
					  struct shrink_control *sc);

/* History cannot be had again: give up cached file pages rather than it. */
#define TCPLEDGER_SEEKS	(16 * DEFAULT_SEEKS)

/**
 * tcpledger_shrinker_new() - be asked for memory when the kernel is short of it
 * @count: tells how many objects could be given back
 * @scan: gives some back
 *
 * Context: process.
 * Return: the shrinker, for tcpledger_shrinker_free(), or NULL.
 */
#ifdef TCPLEDGER_HAVE_SHRINKER_ALLOC
static inline struct shrinker *tcpledger_shrinker_new(tcpledger_shrink_fn *count,
						      tcpledger_shrink_fn *scan)
{
	struct shrinker *s = shrinker_alloc(0, "tcpledger");

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = TCPLEDGER_SEEKS;
	shrinker_register(s);
	return s;
}

static inline void tcpledger_shrinker_free(struct shrinker *s)
{
	shrinker_free(s);
}
#else
static inline struct shrinker *tcpledger_shrinker_new(tcpledger_shrink_fn *count,
						      tcpledger_shrink_fn *scan)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = TCPLEDGER_SEEKS;
	if (!register_shrinker(s, "tcpledger"))
		return s;
	kfree(s);
	return NULL;
}

static inline void tcpledger_shrinker_free(struct shrinker *s)
{
	unregister_shrinker(s);
	kfree(s);
}
#endif

#endif /* TCPLEDGER_COMPAT_H */
