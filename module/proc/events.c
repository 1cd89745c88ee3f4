// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/events: the live stream, see <linux/tcpledger.h>.
 *
 * Each open file has its own place in the stream. It copies events out of the ring by the
 * batch, and makes frames of them: a frame is given whole, and only what was given moves
 * the place. Records are looked up when the frame is made, in the reader's task.
 */
#include "proc/access.h"
#include "proc/files.h"

#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <linux/uuid.h>
#include <net/net_namespace.h>

#include "ledger/net.h"
#include "ledger/ring.h"
#include "ledger/stream.h"
#include "proc/events.h"
#include "proc/snapshot.h"

#define BATCH	32

/* Drawn at load: who records knows by it that ids began anew. */
static u8 load_id[16] __ro_after_init;

/**
 * enum phase - what a reader gets next
 * @BEGIN: START
 * @TAKE: a snapshot is to be taken
 * @SNAPSHOT: the records of the snapshot, then SNAPSHOT_END
 * @EVENTS: events
 * @OVER: end of file, as STOP was read
 */
enum phase { BEGIN, TAKE, SNAPSHOT, EVENTS, OVER };

/**
 * struct events_reader - one open file
 * @lock: one read at a time; not held while a read sleeps
 * @ring: the events
 * @snapshot: the records that existed when the reader began
 * @phase: enum phase
 * @skip: leave the snapshot out
 * @record: index of the next record in @snapshot
 * @next: number of the next event
 * @lost: so many before @next were overwritten, and LOST is to be given
 * @at: index of event @next in @batch
 * @n: events in @batch
 * @batch: events that were copied
 * @frames: frames made of entries in a row, to be given at once
 *
 * @phase and @next are read without the lock too, to know whether a read would sleep.
 */
struct events_reader {
	struct mutex			lock;	/* one read at a time */
	const struct tcpledger_ring	*ring;
	struct tcpledger_snapshot	snapshot;
	u8				phase;
	bool				skip;
	u32				record;
	u64				next;
	u64				lost;
	u32				at;
	u32				n;
	struct tcpledger_slot		batch[BATCH];
	struct tcpledger_frame_entry	frames[BATCH];
};

/**
 * struct sink - the memory that a read fills
 * @to: where the next frame goes
 * @left: room
 * @size: how much there was
 */
struct sink {
	char __user	*to;
	size_t		left;
	size_t		size;
};

static int give_bytes(struct sink *s, const void *frames, size_t size)
{
	if (size > s->left)
		return -EINVAL;
	if (copy_to_user(s->to, frames, size))
		return -EFAULT;
	s->to += size;
	s->left -= size;
	return 0;
}

static int give(struct sink *s, const struct tcpledger_frame *frame)
{
	return give_bytes(s, frame, frame->size);
}

static int give_start(struct events_reader *r, struct sink *s)
{
	const struct tcpledger_net *tn = r->snapshot.tn;
	ktime_t now = ktime_get();
	struct tcpledger_frame_start f = {
		.frame = {
			.type = TCPLEDGER_FRAME_START,
			.size = sizeof(f),
			.seq = r->next,
		},
		.version = TCPLEDGER_VERSION,
		.header_size = sizeof(struct tcpledger_header),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry),
		.netns = tn->net->ns.inum,
		.hz = HZ,
		.epoch = r->ring->epoch,
		.monotonic_ns = ktime_to_ns(now),
		.realtime_ns = ktime_to_ns(ktime_mono_to_real(now)),
	};

	memcpy(f.load_id, load_id, sizeof(f.load_id));
	/* sethostname() may write meanwhile: at worst the name is half of each. */
	data_race(strscpy(f.host, utsname()->nodename, sizeof(utsname()->nodename)));
	return give(s, &f.frame);
}

static int give_plain(struct events_reader *r, struct sink *s, u16 type)
{
	const struct tcpledger_frame f = {
		.type = type,
		.size = sizeof(f),
		.seq = r->next,
	};

	return give(s, &f);
}

static int give_lost(struct events_reader *r, struct sink *s)
{
	const struct tcpledger_frame_count f = {
		.frame = {
			.type = TCPLEDGER_FRAME_LOST,
			.size = sizeof(f),
			.seq = r->next,
		},
		.first = r->next - r->lost,
		.n = r->lost,
	};

	return give(s, &f.frame);
}

static int give_view(struct events_reader *r, struct sink *s, u16 type, u16 flags)
{
	struct tcpledger_view *v = r->snapshot.view;

	v->frame = (struct tcpledger_frame){
		.type = type,
		.flags = flags,
		.size = offsetof(struct tcpledger_view, record) + v->record.size,
		.seq = r->next,
	};
	return give(s, &v->frame);
}

static int give_gone(struct events_reader *r, struct sink *s, u64 id)
{
	const struct tcpledger_frame_gone f = {
		.frame = {
			.type = TCPLEDGER_FRAME_GONE,
			.flags = TCPLEDGER_FRAME_NUMBERED,
			.size = sizeof(f),
			.seq = r->next,
		},
		.id = id,
	};

	return give(s, &f.frame);
}

static bool is_entry(const struct tcpledger_slot *slot)
{
	return slot->type == TCPLEDGER_FRAME_ENTRY || slot->type == TCPLEDGER_FRAME_AMEND;
}

static void make_entry(struct tcpledger_frame_entry *f, u64 seq,
		       const struct tcpledger_slot *slot)
{
	f->frame.type = slot->type;
	f->frame.flags = TCPLEDGER_FRAME_NUMBERED;
	f->frame.size = sizeof(*f);
	f->frame.seq = seq;
	f->id = slot->id;
	f->n = slot->n;
	f->reserved = 0;
	tcpledger_log_export(&slot->entry, &f->entry);
}

static void given(struct events_reader *r, u32 n)
{
	r->at += n;
	WRITE_ONCE(r->next, r->next + n);
}

/* As many in a row as there are and fit, the first of them at any rate. */
static int give_entries(struct events_reader *r, struct sink *s)
{
	u32 n = 0, room = max_t(size_t, s->left / sizeof(r->frames[0]), 1);
	int ret;

	for (; n < room && r->at + n < r->n && is_entry(&r->batch[r->at + n]); n++)
		make_entry(&r->frames[n], r->next + n, &r->batch[r->at + n]);
	ret = give_bytes(s, r->frames, n * sizeof(r->frames[0]));
	if (!ret)
		given(r, n);
	return ret;
}

static int give_event(struct events_reader *r, struct sink *s)
{
	const struct tcpledger_slot *slot = &r->batch[r->at];
	const struct tcpledger_candidate of = { slot->c, slot->id, slot->bucket };
	int ret;

	if (is_entry(slot))
		return give_entries(r, s);
	if (slot->type != TCPLEDGER_FRAME_GONE &&
	    tcpledger_view_read(r->snapshot.view, r->snapshot.tn, &of, true))
		ret = give_view(r, s, slot->type, TCPLEDGER_FRAME_NUMBERED);
	else
		ret = give_gone(r, s, slot->id);
	if (!ret)
		given(r, 1);
	return ret;
}

/* Where the reader stands; events copied before are dropped. */
static void stand_at(struct events_reader *r, u8 phase, u64 next)
{
	r->at = 0;
	r->n = 0;
	r->lost = 0;
	WRITE_ONCE(r->next, next);
	WRITE_ONCE(r->phase, phase);
}

static int begin(struct events_reader *r, struct sink *s)
{
	int ret;

	/* Before the snapshot is taken: see tell.c why nothing is missed so. */
	if (!r->skip)
		WRITE_ONCE(r->next, tcpledger_ring_head(r->ring) + 1);
	ret = give_start(r, s);
	if (!ret)
		WRITE_ONCE(r->phase, r->skip ? EVENTS : TAKE);
	return ret;
}

static int give_snapshot(struct events_reader *r, struct sink *s)
{
	struct tcpledger_snapshot *snapshot = &r->snapshot;
	int ret;

	for (; r->record < snapshot->n; r->record++) {
		/* The module goes away, and does not wait for a long snapshot. */
		if (READ_ONCE(snapshot->tn->stream.over)) {
			tcpledger_snapshot_forget(snapshot);
			WRITE_ONCE(r->phase, EVENTS);
			return 0;
		}
		cond_resched();
		if (!tcpledger_snapshot_view(snapshot, r->record, true))
			continue;
		ret = give_view(r, s, TCPLEDGER_FRAME_RECORD, 0);
		if (!ret)
			r->record++;
		return ret;
	}
	ret = give_plain(r, s, TCPLEDGER_FRAME_SNAPSHOT_END);
	if (!ret) {
		tcpledger_snapshot_forget(snapshot);
		WRITE_ONCE(r->phase, EVENTS);
	}
	return ret;
}

/* Copy events; those that were overwritten are lost. */
static void fetch(struct events_reader *r)
{
	u64 oldest, lost;

	r->at = 0;
	r->n = tcpledger_ring_read(r->ring, r->next, BATCH, r->batch, &oldest);
	if (!r->n || likely(oldest <= r->next))
		return;
	lost = oldest - r->next;
	r->at = min_t(u64, lost, r->n);
	r->lost += lost;
	WRITE_ONCE(r->next, oldest);
	this_cpu_add(r->snapshot.tn->stats->stream_lost, lost);
}

static int events(struct events_reader *r, struct sink *s)
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
		ret = give_lost(r, s);
		if (!ret)
			r->lost = 0;
		return ret;
	}
	if (r->at < r->n)
		return give_event(r, s);
	if (!over)
		return -EAGAIN;
	ret = give_plain(r, s, TCPLEDGER_FRAME_STOP);
	if (!ret) {
		WRITE_ONCE(r->phase, OVER);
		tcpledger_stream_stopped();
	}
	return ret;
}

/* Give the next frame. Return: -EAGAIN if there is none yet, -ENODATA at the end. */
static int give_next(struct events_reader *r, struct sink *s)
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
static ssize_t give_all(struct events_reader *r, struct sink *s)
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
static bool is_readable(const struct events_reader *r)
{
	return READ_ONCE(r->phase) != EVENTS ||
	       tcpledger_ring_head(r->ring) >= READ_ONCE(r->next) ||
	       READ_ONCE(r->snapshot.tn->stream.over);
}

static ssize_t events_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	struct events_reader *r = file->private_data;
	struct tcpledger_stream *stream = &r->snapshot.tn->stream;
	struct sink sink = { .to = buf, .left = count, .size = count };
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
	struct events_reader *r = file->private_data;
	struct tcpledger_stream *stream = &r->snapshot.tn->stream;

	/*
	 * Nobody may enter the queue after tcpledger_stream_dismiss(), nor at all who
	 * would not be told EPOLLHUP: a select() that does not wait for reading.
	 */
	if (!READ_ONCE(stream->over) && poll_requested_events(table) & EPOLLHUP)
		poll_wait(file, &stream->poll_wait, table);
	if (READ_ONCE(stream->over))
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return is_readable(r) ? EPOLLIN | EPOLLRDNORM : 0;
}

static loff_t events_lseek(struct file *file, loff_t offset, int whence)
{
	struct events_reader *r = file->private_data;

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

static int events_open(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);
	struct events_reader *r;
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
	struct events_reader *r = file->private_data;
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
	.proc_release	= events_release,
};

/**
 * tcpledger_events_init() - draw the load id
 *
 * Context: process, at load, before there is a file.
 */
void __init tcpledger_events_init(void)
{
	generate_random_uuid(load_id);
}
