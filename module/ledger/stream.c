// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live stream of a namespace: who listens, and how readers are woken. What is told
 * of a record stands in tell.c.
 *
 * The ring exists while somebody has the file open, and for a second after that, so that
 * opening and closing in a loop allocates once. The static key is switched off as late.
 *
 * Wake-ups are bunched: the first event after a wake-up sets @pending and, by way of an
 * irq_work, a delayed work. No wake-up is lost, since three full barriers stand between
 * what each of the three does:
 *
 *	writer			worker			reader
 *	writes head		clears pending		enters the wait queue
 *	A smp_mb()		B xchg()		C its lock, or the next one's
 *	reads pending		looks at the queue	reads head
 *
 * Had the writer seen pending set, the worker seen no reader and the reader the old head,
 * then each read would have come before another's write, and so each of the three before
 * the next one, in a circle. As the worker takes the queue's lock in any case, a reader
 * whom it does not find there takes the lock later, and then sees what the writer wrote
 * before A.
 */
#include "ledger/stream.h"

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "ledger/net.h"
#include "ledger/parameters.h"
#include "ledger/ring.h"

#define KEY_KEPT	HZ	/* after the last reader closed */
#define RING_KEPT	HZ
#define BUNCH_MS	10	/* too short to be seen by a person */
#define GRACE		(HZ / 5)	/* for readers that read until STOP */

DEFINE_STATIC_KEY_DEFERRED_FALSE(tcpledger_stream_listened, KEY_KEPT);

static atomic_long_t ring_bytes;	/* of all namespaces */
static atomic_t unstopped;		/* open files that have not read STOP */
static DECLARE_WAIT_QUEUE_HEAD(all_stopped);

/**
 * tcpledger_stream_wake_all() - wake all who wait, in whichever call
 * @s: the stream
 * @why: what a poll is told
 *
 * Context: process.
 */
void tcpledger_stream_wake_all(struct tcpledger_stream *s, __poll_t why)
{
	wake_up_interruptible_all(&s->read_wait);
	wake_up_interruptible_poll(&s->poll_wait, why);
}

static void wake_readers(struct work_struct *work)
{
	struct tcpledger_stream *s =
		container_of(to_delayed_work(work), struct tcpledger_stream, wake);

	xchg(&s->pending, 0);	/* B, see above */
	tcpledger_stream_wake_all(s, EPOLLIN | EPOLLRDNORM);
}

static void start_wake(struct irq_work *work)
{
	struct tcpledger_stream *s = container_of(work, struct tcpledger_stream, kick);

	schedule_delayed_work(&s->wake, msecs_to_jiffies(BUNCH_MS));
}

/**
 * tcpledger_stream_wake() - events were told
 * @s: the stream
 *
 * Context: any, preemption off.
 */
void tcpledger_stream_wake(struct tcpledger_stream *s)
{
	smp_mb();	/* A, see above */
	/* Most often it is pending already: then do not take the line from other CPUs. */
	if (!READ_ONCE(s->pending) && !xchg(&s->pending, 1))
		irq_work_queue(&s->kick);
}

/* A writer may still have the ring in hand: it is in an RCU read section. */
static void free_ring(struct tcpledger_ring *ring)
{
	if (!ring)
		return;
	atomic_long_sub(tcpledger_ring_bytes(ring->size), &ring_bytes);
	kvfree_rcu(ring, rcu);
}

static void drop_ring(struct work_struct *work)
{
	struct tcpledger_stream *s =
		container_of(to_delayed_work(work), struct tcpledger_stream, drop);
	struct tcpledger_ring *ring = NULL;

	mutex_lock(&s->lock);
	if (!s->readers)
		swap(ring, s->kept);
	mutex_unlock(&s->lock);
	free_ring(ring);
}

static struct tcpledger_ring *begin_epoch(struct tcpledger_stream *s)
{
	if (!s->kept) {
		s->kept = tcpledger_ring_new(tcpledger_parameters.events);
		if (!s->kept)
			return ERR_PTR(-ENOMEM);
		atomic_long_add(tcpledger_ring_bytes(s->kept->size), &ring_bytes);
	}
	tcpledger_ring_restart(s->kept, ++s->epoch);
	rcu_assign_pointer(s->ring, s->kept);
	static_branch_deferred_inc(&tcpledger_stream_listened);
	return s->kept;
}

/**
 * tcpledger_stream_listen() - a reader comes
 * @s: the stream
 *
 * Whatever happens to a record after this is told. The reader holds the namespace, so
 * that @s outlives it.
 * Context: process.
 * Return: the ring, the reader's until tcpledger_stream_leave(); -ENXIO if the module
 * goes away; -ENOMEM.
 */
struct tcpledger_ring *tcpledger_stream_listen(struct tcpledger_stream *s)
{
	struct tcpledger_ring *ring;

	mutex_lock(&s->lock);
	if (s->over)
		ring = ERR_PTR(-ENXIO);
	else
		ring = s->readers ? s->kept : begin_epoch(s);
	if (!IS_ERR(ring)) {
		WRITE_ONCE(s->readers, s->readers + 1);
		atomic_inc(&unstopped);
	}
	mutex_unlock(&s->lock);
	return ring;
}

/**
 * tcpledger_stream_leave() - a reader goes
 * @s: the stream
 *
 * Context: process.
 */
void tcpledger_stream_leave(struct tcpledger_stream *s)
{
	mutex_lock(&s->lock);
	WRITE_ONCE(s->readers, s->readers - 1);
	if (!s->readers) {
		RCU_INIT_POINTER(s->ring, NULL);
		static_branch_slow_dec_deferred(&tcpledger_stream_listened);
		schedule_delayed_work(&s->drop, RING_KEPT);
	}
	mutex_unlock(&s->lock);
}

/**
 * tcpledger_stream_stopped() - a reader has read STOP, or closes without
 *
 * Context: process.
 */
void tcpledger_stream_stopped(void)
{
	if (atomic_dec_and_test(&unstopped))
		wake_up(&all_stopped);
}

/**
 * tcpledger_stream_stop() - readers end, and nobody listens anew
 * @s: the stream
 *
 * Wakes the readers, who read what is left and then STOP. Hooks may tell more after
 * that, and nobody reads it.
 * Context: process, at unload.
 */
void tcpledger_stream_stop(struct tcpledger_stream *s)
{
	mutex_lock(&s->lock);
	/* Who sees it, which is without the lock, also sees the last event. */
	smp_store_release(&s->over, true);
	mutex_unlock(&s->lock);
	tcpledger_stream_wake_all(s, EPOLLIN | EPOLLRDNORM | EPOLLHUP);
}

static void stop_one(struct tcpledger_net *tn, void *unused)
{
	tcpledger_stream_stop(&tn->stream);
}

/**
 * tcpledger_stream_stop_all() - stop in each namespace, and let readers read STOP
 *
 * One that does not read is not waited for longer than a moment, all in all.
 * Context: as tcpledger_stream_stop().
 */
void tcpledger_stream_stop_all(void)
{
	tcpledger_net_each(stop_one, NULL);
	wait_event_timeout(all_stopped, !atomic_read(&unstopped), GRACE);
}

/**
 * tcpledger_stream_dismiss() - let nobody wait in a poll
 * @s: the stream, stopped
 *
 * A poll that comes now does not enter the queue any more. epoll, aio and io_uring leave
 * it on POLLFREE. A task in poll() or select() does not know POLLFREE: it is woken, asks
 * again, is told what it waits for, and so returns. Its entry is in the queue until it has
 * run. A task that has just left the queue may still hold its lock; a grace period passes
 * before the queue is freed (netns.c).
 * Context: process.
 */
void tcpledger_stream_dismiss(struct tcpledger_stream *s)
{
	for (;;) {
		__wake_up(&s->poll_wait, TASK_NORMAL, 0,
			  poll_to_key(TCPLEDGER_STREAM_DISMISSED | POLLFREE));
		if (!wq_has_sleeper(&s->poll_wait))
			return;
		schedule_timeout_uninterruptible(1);
	}
}

/**
 * tcpledger_stream_bytes() - memory of the ring of a namespace
 * @s: the stream
 *
 * Context: process.
 */
u64 tcpledger_stream_bytes(struct tcpledger_stream *s)
{
	u64 bytes;

	mutex_lock(&s->lock);
	bytes = s->kept ? tcpledger_ring_bytes(s->kept->size) : 0;
	mutex_unlock(&s->lock);
	return bytes;
}

/**
 * tcpledger_stream_all_bytes() - memory of the rings of all namespaces
 *
 * Context: any.
 */
u64 tcpledger_stream_all_bytes(void)
{
	return atomic_long_read(&ring_bytes);
}

/**
 * tcpledger_stream_begin() - a namespace begins
 * @s: zeroed; filled
 *
 * Context: process.
 */
void tcpledger_stream_begin(struct tcpledger_stream *s)
{
	mutex_init(&s->lock);
	init_irq_work(&s->kick, start_wake);
	INIT_DELAYED_WORK(&s->wake, wake_readers);
	INIT_DELAYED_WORK(&s->drop, drop_ring);
	init_waitqueue_head(&s->read_wait);
	init_waitqueue_head(&s->poll_wait);
}

/**
 * tcpledger_stream_end() - a namespace ends
 * @s: the stream; no file of it is open, since an open one holds the namespace or was
 *	released when the file was removed, and a grace period has passed since a writer
 *	could find it
 *
 * Context: process.
 */
void tcpledger_stream_end(struct tcpledger_stream *s)
{
	irq_work_sync(&s->kick);
	cancel_delayed_work_sync(&s->wake);
	cancel_delayed_work_sync(&s->drop);
	free_ring(s->kept);
	s->kept = NULL;
}

/**
 * tcpledger_stream_exit() - switch the static key off
 *
 * Context: process, at unload, when no file is open any more.
 */
void tcpledger_stream_exit(void)
{
	static_key_deferred_flush(&tcpledger_stream_listened);
}
