/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_STREAM_H
#define TCPLEDGER_STREAM_H

#include <linux/irq_work.h>
#include <linux/jump_label_ratelimit.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct tcpledger_conn;
struct tcpledger_net;
struct tcpledger_ring;

/**
 * struct tcpledger_stream - the live stream of a namespace
 * @ring: where events are told, NULL while nobody has the file open
 * @lock: covers @kept, @readers, @epoch, which others may read without it
 * @kept: the ring, kept for some time after the last reader closed
 * @readers: open files
 * @epoch: the last one that began
 * @over: no more events come; readers are to end
 * @pending: readers will be woken
 * @kick: starts @wake from where nothing may be scheduled
 * @wake: wakes the readers, some milliseconds after the first event
 * @drop: frees @kept
 * @read_wait: blocked reads
 * @poll_wait: polls of all kinds; apart, as pollers outlive the file, see
 *	tcpledger_stream_dismiss()
 */
struct tcpledger_stream {
	struct tcpledger_ring __rcu	*ring;
	struct mutex			lock;	/* covers @kept, @readers, @epoch */
	struct tcpledger_ring		*kept;
	u32				readers;
	u64				epoch;
	bool				over;
	int				pending;
	struct irq_work			kick;
	struct delayed_work		wake;
	struct delayed_work		drop;
	wait_queue_head_t		read_wait;
	wait_queue_head_t		poll_wait;
};

/* What tcpledger_stream_dismiss() tells polls: they wait at all only for one of these. */
#define TCPLEDGER_STREAM_DISMISSED	(EPOLLIN | EPOLLRDNORM | EPOLLHUP)

/* On while somebody listens, in any namespace, and for up to a second after that. */
extern struct static_key_false_deferred tcpledger_stream_listened;

void tcpledger_stream_tell(struct tcpledger_conn *c);
void tcpledger_stream_tell_gone(struct tcpledger_conn *c);

/* Tell what is new of a record, bucket locked; see tcpledger_stream_tell(). */
static __always_inline void tcpledger_stream_note(struct tcpledger_conn *c)
{
	if (static_branch_unlikely(&tcpledger_stream_listened.key))
		tcpledger_stream_tell(c);
}

/* Tell that a record is evicted, bucket locked. */
static inline void tcpledger_stream_gone(struct tcpledger_conn *c)
{
	if (static_branch_unlikely(&tcpledger_stream_listened.key))
		tcpledger_stream_tell_gone(c);
}

void tcpledger_stream_begin(struct tcpledger_stream *s);
void tcpledger_stream_end(struct tcpledger_stream *s);
struct tcpledger_ring *tcpledger_stream_listen(struct tcpledger_stream *s);
void tcpledger_stream_leave(struct tcpledger_stream *s);
void tcpledger_stream_wake(struct tcpledger_stream *s);
void tcpledger_stream_wake_all(struct tcpledger_stream *s, __poll_t why);
void tcpledger_stream_stopped(void);
void tcpledger_stream_stop(struct tcpledger_stream *s);
void tcpledger_stream_stop_all(void);
void tcpledger_stream_dismiss(struct tcpledger_stream *s);
u64 tcpledger_stream_bytes(struct tcpledger_stream *s);
u64 tcpledger_stream_all_bytes(void);
void tcpledger_stream_exit(void);

#endif /* TCPLEDGER_STREAM_H */
