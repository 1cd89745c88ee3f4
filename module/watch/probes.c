// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where we are told what TCP does: tracepoints, and kprobes where the kernel
 * has no tracepoint.
 *
 * inet_sock_set_state is not exported to modules, so tracepoints are looked
 * up by name and registered through an untyped pointer; the check_trace_*
 * calls pin each probe's signature at compile time all the same.
 *
 * All probes run with preemption off, as the kernel calls them or by
 * tcpledger_probe_begin(), and on PREEMPT_RT must not sleep or allocate: no
 * spinlock_t, no kmalloc(), nothing that could free a socket.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "watch/probes.h"

#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>
#include <net/inet_common.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "compat.h"
#include "ledger/owner.h"
#include "watch/flight.h"
#include "watch/kprobes.h"
#include "watch/segment_freed.h"
#include "watch/segment_late.h"
#include "watch/state.h"
#include "watch/timewait.h"

static noinline void probe_listen(const struct sock *sk, int from, int to)
{
	if (!sk_is_tcp(sk))
		return;
	if (to == TCP_LISTEN)
		tcpledger_listener_add(sk);
	else if (to == TCP_CLOSE)
		tcpledger_listener_remove(sk);
	/*
	 * LISTEN to SYN_RECV is a child that has no tuple of its own yet.
	 * syn_answered() entered this change when the SYN/ACK left.
	 */
}

static void probe_state(void *data, const struct sock *sk, const int from,
			const int to)
{
	if (unlikely((u32)from >= TCPLEDGER_STATE_MAX ||
		     (u32)to >= TCPLEDGER_STATE_MAX))
		return;
	tcpledger_probe_begin();
	if (likely(from != TCP_LISTEN && to != TCP_LISTEN && from != to))
		tcpledger_state_change(sk, from, to);
	else if (from != to)
		probe_listen(sk, from, to);
	tcpledger_probe_end();
}

/* On a socket that is closed already tcp_reset() changes nothing. */
static void probe_reset(void *data, struct sock *sk)
{
	if (READ_ONCE(sk->sk_state) == TCP_CLOSE || !sk_is_tcp(sk))
		return;
	tcpledger_probe_begin();
	tcpledger_state_reset(sk);
	tcpledger_probe_end();
}

static void probe_freed(TCPLEDGER_KFREE_SKB_ARGS)
{
	if (likely(this_cpu_read(tcpledger_flight.skb) != skb))
		return;
	tcpledger_probe_begin();
	tcpledger_segment_freed(skb, reason);
	tcpledger_probe_end();
}

/**
 * struct trace_probe - a tracepoint we listen to
 * @name: its name
 * @probe: our function
 * @tp: the tracepoint, NULL until found
 */
struct trace_probe {
	const char		*name;
	void			*probe;
	struct tracepoint	*tp;
};

static struct trace_probe trace_probes[] = {
	{ .name = "inet_sock_set_state", .probe = probe_state },
	{ .name = "tcp_receive_reset", .probe = probe_reset },
	{ .name = "kfree_skb", .probe = probe_freed },
};

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(trace_probes); i++)
		if (!strcmp(tp->name, trace_probes[i].name))
			trace_probes[i].tp = tp;
}

static int on_schedule(struct kprobe *kp, struct pt_regs *regs)
{
	tcpledger_timewait_schedule((void *)tcpledger_argument(regs, 0),
				    (u8)tcpledger_argument(regs, 2));
	return 0;
}

static int on_kill(struct kprobe *kp, struct pt_regs *regs)
{
	tcpledger_timewait_kill((void *)tcpledger_argument(regs, 0));
	return 0;
}

static int on_accept(struct kprobe *kp, struct pt_regs *regs)
{
	struct socket *sock = (void *)tcpledger_argument(regs, 1);
	const struct sock *sk = (void *)tcpledger_argument(regs, 2);

	if (sk_is_tcp(sk))
		tcpledger_state_accept(sk, SOCK_INODE(sock));
	return 0;
}

static int on_request_timer(struct kprobe *kp, struct pt_regs *regs)
{
	struct timer_list *t = (void *)tcpledger_argument(regs, 0);

	tcpledger_state_request_timer(container_of(t, struct request_sock,
						   rsk_timer));
	return 0;
}

static int on_abort(struct kprobe *kp, struct pt_regs *regs)
{
	struct sock *sk = (void *)tcpledger_argument(regs, 0);

	if (READ_ONCE(sk->sk_state) == TCP_TIME_WAIT)
		tcpledger_timewait_abort(inet_twsk(sk));
	return 0;
}

static int on_reset(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)tcpledger_argument(regs, 0);
	const struct sk_buff *skb = (void *)tcpledger_argument(regs, 1);

	/* MPTCP has its own reasons to reset a subflow, and no packet for some. */
	if (skb && READ_ONCE(sk->sk_state) != TCP_CLOSE && sk_is_tcp(sk))
		tcpledger_segment_late_data(sk, skb);
	return 0;
}

/*
 * The handlers above take arguments by their place. The compiler compares what the
 * headers declare; inet_twsk_kill() and reqsk_timer_handler() are in no header, and have
 * one argument each.
 */
static_assert(__same_type(__inet_twsk_schedule,
			  void (struct inet_timewait_sock *, int, bool)));
static_assert(__same_type(__inet_accept,
			  void (struct socket *, struct socket *, struct sock *)));
static_assert(__same_type(tcp_abort, int (struct sock *, int)));
static_assert(__same_type(tcp_reset, void (struct sock *, struct sk_buff *)));

/*
 * By enum tcpledger_method. Each runs with preemption off and takes the arguments
 * of the probed function from the registers.
 */
static const kprobe_pre_handler_t handlers[TCPLEDGER_METHOD_MAX] = {
	[TCPLEDGER_METHOD_SCHEDULE]		= on_schedule,
	[TCPLEDGER_METHOD_KILL]			= on_kill,
	[TCPLEDGER_METHOD_ACCEPT]		= on_accept,
	[TCPLEDGER_METHOD_REQUEST_TIMER]	= on_request_timer,
	[TCPLEDGER_METHOD_ABORT]		= on_abort,
	[TCPLEDGER_METHOD_RESET]		= on_reset,
};

static void unregister_tracepoints(int n)
{
	while (n--)
		tracepoint_probe_unregister(trace_probes[n].tp,
					    trace_probes[n].probe, NULL);
}

static int register_tracepoints(void)
{
	int i, ret;

	check_trace_callback_type_inet_sock_set_state(probe_state);
	check_trace_callback_type_tcp_receive_reset(probe_reset);
	check_trace_callback_type_kfree_skb(probe_freed);

	for_each_kernel_tracepoint(find_tracepoint, NULL);
	for (i = 0; i < ARRAY_SIZE(trace_probes); i++) {
		struct trace_probe *p = &trace_probes[i];

		ret = p->tp ? tracepoint_probe_register(p->tp, p->probe, NULL) :
			      -ENOENT;
		if (ret) {
			pr_err("cannot use tracepoint %s (error %d): this kernel is not supported\n",
			       p->name, ret);
			unregister_tracepoints(i);
			return ret;
		}
	}
	return 0;
}

/**
 * tcpledger_probes_init() - register tracepoints and kprobes
 *
 * Without a tracepoint there is no ledger; what a missing kprobe means, see
 * tcpledger_kprobes_begin().
 * Context: process, at load.
 * Return: 0 or a negative errno.
 */
int __init tcpledger_probes_init(void)
{
	int ret = register_tracepoints();

	if (!ret)
		tcpledger_kprobes_begin(handlers);
	return ret;
}

/**
 * tcpledger_probes_exit() - unregister them
 *
 * Context: process. No probe is running anywhere when this returns.
 */
void tcpledger_probes_exit(void)
{
	tcpledger_kprobes_end();
	unregister_tracepoints(ARRAY_SIZE(trace_probes));
	tracepoint_synchronize_unregister();
}
