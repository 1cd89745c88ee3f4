// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/events: the live stream, see <linux/tcpledger.h>.
 *
 * Each open file has its own place in the stream. It copies events out of the ring by the
 * batch, and makes frames of them (frames.c): a frame is given whole, and only what was
 * given moves the place.
 */
#include "proc/access.h"
#include "proc/files.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <net/net_namespace.h>

#include "ledger/net.h"
#include "ledger/ring.h"
#include "ledger/stream.h"
#include "proc/frames.h"
#include "proc/snapshot.h"

/**
 * enum phase - what a reader gets next
 * @BEGIN: START
 * @TAKE: a snapshot is to be taken
 * @SNAPSHOT: the records of the snapshot, then SNAPSHOT_END
 * @EVENTS: events
 * @OVER: end of file, as STOP was read
 */
enum phase { BEGIN, TAKE, SNAPSHOT, EVENTS, OVER };

/* Where the reader stands; events copied before are dropped. */
static void stand_at(struct tcpledger_reader *r, u8 phase, u64 next)
{
	r->at = 0;
	r->n = 0;
	r->lost = 0;
	r->lossy = r->skip;
	WRITE_ONCE(r->next, next);
	WRITE_ONCE(r->phase, phase);
}

static int begin(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	int ret;

	/* Before the snapshot is taken: see tell.c why nothing is missed so. */
	if (!r->skip)
		WRITE_ONCE(r->next, tcpledger_ring_head(r->ring) + 1);
	ret = tcpledger_frames_start(r, s);
	if (!ret)
		WRITE_ONCE(r->phase, r->skip ? EVENTS : TAKE);
	return ret;
}

static int give_snapshot(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	struct tcpledger_snapshot *snapshot = &r->snapshot;
	int ret;

	for (; r->record < snapshot->n; r->record++) {
		/* The module goes away, and does not wait for a long snapshot. */
		if (READ_ONCE(snapshot->tn->stream.over)) {
			tcpledger_snapshot_forget(snapshot);
			r->lossy = true;
			WRITE_ONCE(r->phase, EVENTS);
			return 0;
		}
		cond_resched();
		if (!tcpledger_snapshot_view(snapshot, r->record, true))
			continue;
		ret = tcpledger_frames_view(r, s, TCPLEDGER_FRAME_RECORD, 0);
		if (!ret)
			r->record++;
		return ret;
	}
	ret = tcpledger_frames_plain(r, s, TCPLEDGER_FRAME_SNAPSHOT_END);
	if (!ret) {
		tcpledger_snapshot_forget(snapshot);
		WRITE_ONCE(r->phase, EVENTS);
	}
	return ret;
}

/* Copy events; those that were overwritten are lost. */
static void fetch(struct tcpledger_reader *r)
{
	u64 oldest, lost;

	r->at = 0;
	r->n = tcpledger_ring_read(r->ring, r->next, TCPLEDGER_BATCH, r->batch, &oldest);
	if (!r->n || likely(oldest <= r->next))
		return;
	lost = oldest - r->next;
	r->at = min_t(u64, lost, r->n);
	r->lost += lost;
	r->lossy = true;
	WRITE_ONCE(r->next, oldest);
	this_cpu_add(r->snapshot.tn->stats->stream_lost, lost);
}

static int events(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	/* Whoever stopped the stream did so after the last event. */
	const bool over = smp_load_acquire(&r->snapshot.tn->stream.over);
	int ret;

	/* After a batch that was overwritten as a whole there is another. */
	while (r->at == r->n) {
		fetch(r);
		if (!r->n)
			break;
	}
	if (r->lost) {
		ret = tcpledger_frames_lost(r, s);
		if (!ret)
			r->lost = 0;
		return ret;
	}
	if (r->at < r->n)
		return tcpledger_frames_event(r, s);
	if (!over)
		return -EAGAIN;
	ret = tcpledger_frames_plain(r, s, TCPLEDGER_FRAME_STOP);
	if (!ret) {
		WRITE_ONCE(r->phase, OVER);
		tcpledger_stream_stopped();
	}
	return ret;
}

/* Give the next frame. Return: -EAGAIN if there is none yet, -ENODATA at the end. */
static int give_next(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	int ret;

	switch (r->phase) {
	case BEGIN:
		return begin(r, s);
	case TAKE:
		ret = tcpledger_snapshot_take(&r->snapshot);
		if (ret)
			return ret;
		r->record = 0;
		WRITE_ONCE(r->phase, SNAPSHOT);
		fallthrough;
	case SNAPSHOT:
		return give_snapshot(r, s);
	case EVENTS:
		return events(r, s);
	default:
		return -ENODATA;
	}
}

/* Give as many whole frames as fit. */
static ssize_t give_all(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	int ret;

	do {
		cond_resched();
		ret = give_next(r, s);
	} while (!ret && !signal_pending(current));
	if (s->left < s->size)
		return s->size - s->left;
	return ret == -ENODATA ? 0 : ret;
}

/* Would a read find something? */
static bool is_readable(const struct tcpledger_reader *r)
{
	return READ_ONCE(r->phase) != EVENTS ||
	       tcpledger_ring_head(r->ring) >= READ_ONCE(r->next) ||
	       READ_ONCE(r->snapshot.tn->stream.over);
}

static ssize_t events_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	struct tcpledger_reader *r = file->private_data;
	struct tcpledger_stream *stream = &r->snapshot.tn->stream;
	struct tcpledger_sink sink = { .to = buf, .left = count, .size = count };
	ssize_t ret;

	if (!count)
		return 0;
	for (;;) {
		if (mutex_lock_interruptible(&r->lock))
			return -ERESTARTSYS;
		ret = give_all(r, &sink);
		mutex_unlock(&r->lock);
		if (ret != -EAGAIN || file->f_flags & O_NONBLOCK)
			return ret;
		if (wait_event_interruptible(stream->read_wait, is_readable(r)))
			return -ERESTARTSYS;
	}
}

static __poll_t events_poll(struct file *file, poll_table *table)
{
	struct tcpledger_reader *r = file->private_data;
	struct tcpledger_stream *stream = &r->snapshot.tn->stream;

	/*
	 * Nobody may enter the queue after tcpledger_stream_dismiss(), nor at all who
	 * would not be woken by it: a select() that does not wait for reading. io_uring
	 * asks for EPOLLIN without EPOLLHUP.
	 */
	if (!READ_ONCE(stream->over) &&
	    poll_requested_events(table) & TCPLEDGER_STREAM_DISMISSED)
		poll_wait(file, &stream->poll_wait, table);
	if (READ_ONCE(stream->over))
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return is_readable(r) ? EPOLLIN | EPOLLRDNORM : 0;
}

static loff_t events_lseek(struct file *file, loff_t offset, int whence)
{
	struct tcpledger_reader *r = file->private_data;

	if (offset || (whence != SEEK_SET && whence != SEEK_END))
		return -EINVAL;
	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	if (r->phase != OVER) {
		r->skip = whence == SEEK_END;
		tcpledger_snapshot_forget(&r->snapshot);
		stand_at(r, BEGIN, tcpledger_ring_head(r->ring) + 1);
	}
	mutex_unlock(&r->lock);
	/* Another thread may wait for this file, and now has START to get. */
	tcpledger_stream_wake_all(&r->snapshot.tn->stream, EPOLLIN | EPOLLRDNORM);
	return 0;
}

static long events_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tcpledger_reader *r = file->private_data;

	if (cmd != TCPLEDGER_IOC_BRIEF)
		return -ENOTTY;
	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	r->brief = true;
	mutex_unlock(&r->lock);
	return 0;
}

static int events_open(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);
	struct tcpledger_reader *r;
	int ret = tcpledger_access_begin(tn->net);

	if (ret)
		return ret;
	ret = -ENOMEM;
	r = kvzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		goto err_reader;
	r->snapshot.tn = tn;
	r->snapshot.view = kvmalloc(sizeof(*r->snapshot.view), GFP_KERNEL_ACCOUNT);
	if (!r->snapshot.view)
		goto err_view;
	r->ring = tcpledger_stream_listen(&tn->stream);
	if (IS_ERR(r->ring)) {
		ret = PTR_ERR(r->ring);
		goto err_ring;
	}
	mutex_init(&r->lock);
	stand_at(r, BEGIN, 1);
	/* Else a read that sleeps blocks lseek() and other reads, and no signal helps. */
	file->f_mode &= ~FMODE_ATOMIC_POS;
	file->private_data = r;
	return 0;

err_ring:
	kvfree(r->snapshot.view);
err_view:
	kvfree(r);
err_reader:
	put_net(tn->net);
	return ret;
}

/* procfs also calls this when the file is removed while it is open. */
static int events_release(struct inode *inode, struct file *file)
{
	struct tcpledger_reader *r = file->private_data;
	struct tcpledger_net *tn = r->snapshot.tn;

	if (r->phase != OVER)
		tcpledger_stream_stopped();
	tcpledger_stream_leave(&tn->stream);
	tcpledger_snapshot_drop(&r->snapshot);
	kvfree(r);
	put_net(tn->net);
	return 0;
}

const struct proc_ops tcpledger_events_ops = {
	.proc_open	= events_open,
	.proc_read	= events_read,
	.proc_poll	= events_poll,
	.proc_lseek	= events_lseek,
	.proc_ioctl	= events_ioctl,
#ifdef CONFIG_COMPAT
	.proc_compat_ioctl	= events_ioctl,
#endif
	.proc_release	= events_release,
};
