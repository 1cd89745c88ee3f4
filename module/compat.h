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
#include <net/net_namespace.h>

#if !IS_ENABLED(CONFIG_IPV6) || !IS_ENABLED(CONFIG_NETFILTER) ||	\
	!IS_ENABLED(CONFIG_PROC_FS)
#error "tcpledger needs a kernel with CONFIG_IPV6, CONFIG_NETFILTER and CONFIG_PROC_FS"
#endif

/* Times and cookies are of 64 bits, and read in one go. */
#if !IS_ENABLED(CONFIG_64BIT)
#error "tcpledger needs a 64-bit kernel"
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
#ifdef TCPLEDGER_HAVE_KFREE_SKB_RX_SK
#define TCPLEDGER_KFREE_SKB_ARGS					\
	void *data, struct sk_buff *skb, void *location,		\
	enum skb_drop_reason reason, struct sock *rx_sk
#else
#define TCPLEDGER_KFREE_SKB_ARGS					\
	void *data, struct sk_buff *skb, void *location,		\
	enum skb_drop_reason reason
#endif

#endif /* TCPLEDGER_COMPAT_H */
