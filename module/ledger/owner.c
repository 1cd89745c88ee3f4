// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program behind a socket, where the kernel really knows it.
 *
 * The running task is the owner only inside a system call on the socket:
 * connect(), listen(), accept(), close(). In a softirq the running task is any
 * task that was interrupted. A connection that no program has accepted yet belongs
 * to its listener, so the tasks that called listen() are kept here, by socket.
 */
#include "ledger/owner.h"

#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/sock.h>

/* How many listeners are kept; one too many replaces one of the same hash. */
#define LISTENER_BITS	10
#define LISTENER_WAYS	4

/**
 * struct listener - the process that called listen()
 * @sk: the socket, as an identity only; NULL when free
 * @actor: the process
 */
struct listener {
	const struct sock	*sk;
	struct tcpledger_actor	actor;
};

/**
 * struct listener_set - listeners with one hash
 * @lock: protects @way; raw, since probes run with preemption off
 * @way: the listeners
 * @next: the one to replace when all are taken
 */
struct listener_set {
	raw_spinlock_t	lock;
	u32		next;
	struct listener	way[LISTENER_WAYS];
};

static struct listener_set listeners[1 << (LISTENER_BITS - 2)];

static struct listener_set *listener_set(const struct sock *sk)
{
	return &listeners[hash_ptr(sk, LISTENER_BITS - 2)];
}

/**
 * tcpledger_actor_current() - note the running task
 * @a: filled
 *
 * Context: a system call on the socket, possibly with preemption off.
 */
void tcpledger_actor_current(struct tcpledger_actor *a)
{
	struct pid_namespace *ns = ns_of_pid(task_pid(current));

	a->tgid = task_tgid_nr(current);
	if (ns == &init_pid_ns || !ns) {
		a->ns_tgid = a->tgid;
		a->pidns = init_pid_ns.ns.inum;
	} else {
		a->ns_tgid = task_tgid_nr_ns(current, ns);
		a->pidns = ns->ns.inum;
	}
	/*
	 * Without task_lock(), which sleeps on PREEMPT_RT: a rename at the
	 * same moment can show a mixed name.
	 */
	data_race(memcpy(a->comm, current->comm, sizeof(a->comm)));
	a->comm[sizeof(a->comm) - 1] = '\0';
}

/**
 * tcpledger_actor_pid() - an actor's process id as the reader sees it
 * @a: the actor
 *
 * Context: process, in the reader's task.
 * Return: the id, or -1 if unknown or not visible in the reader's namespace.
 */
s32 tcpledger_actor_pid(const struct tcpledger_actor *a)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	if (!a->tgid)
		return -1;
	if (ns == &init_pid_ns)
		return a->tgid;
	return ns && ns->ns.inum == a->pidns ? (s32)a->ns_tgid : -1;
}

/* What the socket itself says: user, cgroup. */
static void owner_common(struct tcpledger_owner *o, const struct sock *sk)
{
	o->uid = READ_ONCE(sk->sk_uid.val);	/* fchown() may run */
#ifdef CONFIG_SOCK_CGROUP_DATA
	{
		struct cgroup *cgrp = sock_cgroup_ptr(
			(struct sock_cgroup_data *)&sk->sk_cgrp_data);

		o->cgroup = cgrp ? cgroup_id(cgrp) : 0;
	}
#endif
}

/**
 * tcpledger_owner_socket() - the owner of a socket in its own system call
 * @o: filled
 * @sk: a full socket that the running task is calling on
 *
 * Context: process, socket locked, possibly with preemption off.
 */
void tcpledger_owner_socket(struct tcpledger_owner *o, const struct sock *sk)
{
	u32 cookie[2];

	tcpledger_actor_current(&o->actor);
	owner_common(o, sk);
	o->inode = sk->sk_socket ? SOCK_INODE(sk->sk_socket)->i_ino : 0;
	sock_diag_save_cookie((struct sock *)sk, cookie);
	o->cookie = (u64)cookie[1] << 32 | cookie[0];
}

/**
 * tcpledger_owner_listener() - the owner of a connection not yet accepted
 * @o: filled
 * @lsk: the listening socket
 *
 * Context: any, under RCU or a reference on @lsk.
 */
void tcpledger_owner_listener(struct tcpledger_owner *o,
			      const struct sock *lsk)
{
	struct listener_set *set = listener_set(lsk);
	unsigned long flags;
	int i;

	owner_common(o, lsk);
	raw_spin_lock_irqsave(&set->lock, flags);
	for (i = 0; i < LISTENER_WAYS; i++)
		if (set->way[i].sk == lsk) {
			o->actor = set->way[i].actor;
			break;
		}
	raw_spin_unlock_irqrestore(&set->lock, flags);
}

/**
 * tcpledger_listener_add() - the running task called listen()
 * @sk: the socket
 *
 * Context: process, socket locked, preemption off.
 */
void tcpledger_listener_add(const struct sock *sk)
{
	struct listener_set *set = listener_set(sk);
	struct listener *l = NULL;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&set->lock, flags);
	for (i = 0; i < LISTENER_WAYS; i++)
		if (!set->way[i].sk || set->way[i].sk == sk)
			l = &set->way[i];
	if (!l)
		l = &set->way[set->next++ % LISTENER_WAYS];
	l->sk = sk;
	tcpledger_actor_current(&l->actor);
	raw_spin_unlock_irqrestore(&set->lock, flags);
}

/**
 * tcpledger_listener_remove() - a listener went away
 * @sk: the socket
 *
 * Context: any.
 */
void tcpledger_listener_remove(const struct sock *sk)
{
	struct listener_set *set = listener_set(sk);
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&set->lock, flags);
	for (i = 0; i < LISTENER_WAYS; i++)
		if (set->way[i].sk == sk)
			set->way[i].sk = NULL;
	raw_spin_unlock_irqrestore(&set->lock, flags);
}

/**
 * tcpledger_listener_init() - prepare the table of listeners
 *
 * Context: process, at load.
 */
void __init tcpledger_listener_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(listeners); i++)
		raw_spin_lock_init(&listeners[i].lock);
}
