// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frames of the live stream, made in the reader's task. Records are looked up and
 * copied when their frame is made.
 */
#include "proc/frames.h"

#include <linux/ktime.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <linux/uuid.h>
#include <net/net_namespace.h>

#include "ledger/net.h"

/* Drawn at load: who records knows by it that ids began anew. */
static u8 load_id[16] __ro_after_init;

static void given_bytes(struct tcpledger_sink *s, size_t size)
{
	s->to += size;
	s->left -= size;
}

/*
 * Most frames are a few words long, and the checks of copy_to_user() would cost more than
 * their copy. What is left out is to look whether the source is one object of the kernel:
 * it is a frame on the stack or in the reader's buffers, and never longer than that.
 */
static int give_bytes(struct tcpledger_sink *s, const void *frames, size_t size)
{
	if (size > s->left)
		return -EINVAL;
	if (!user_write_access_begin(s->to, size))
		return -EFAULT;
	unsafe_copy_to_user(s->to, frames, size, fault);
	user_write_access_end();
	given_bytes(s, size);
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

static int give(struct tcpledger_sink *s, const struct tcpledger_frame *frame)
{
	return give_bytes(s, frame, frame->size);
}

/**
 * tcpledger_frames_start() - give START
 * @r: the reader
 * @s: the memory that its read fills
 *
 * Context: process. So of all functions here.
 * Return: 0; -EINVAL if there is no room for it, -EFAULT. So of all functions here;
 * then nothing was given.
 */
int tcpledger_frames_start(const struct tcpledger_reader *r, struct tcpledger_sink *s)
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

/**
 * tcpledger_frames_plain() - give a frame that tells nothing but its type
 * @r: the reader
 * @s: the memory that its read fills
 * @type: TCPLEDGER_FRAME_SNAPSHOT_END or _STOP
 *
 * Context and return value as tcpledger_frames_start().
 */
int tcpledger_frames_plain(const struct tcpledger_reader *r, struct tcpledger_sink *s,
			   u16 type)
{
	const struct tcpledger_frame f = {
		.type = type,
		.size = sizeof(f),
		.seq = r->next,
	};

	return give(s, &f);
}

/**
 * tcpledger_frames_lost() - give LOST
 * @r: the reader
 * @s: the memory that its read fills
 *
 * Context and return value as tcpledger_frames_start().
 */
int tcpledger_frames_lost(const struct tcpledger_reader *r, struct tcpledger_sink *s)
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

/**
 * tcpledger_frames_view() - give the record that was copied
 * @r: the reader
 * @s: the memory that its read fills
 * @type: TCPLEDGER_FRAME_RECORD, _OPEN or _END
 * @flags: TCPLEDGER_FRAME_*
 *
 * Context and return value as tcpledger_frames_start().
 */
int tcpledger_frames_view(const struct tcpledger_reader *r, struct tcpledger_sink *s,
			  u16 type, u16 flags)
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

static int give_gone(const struct tcpledger_reader *r, struct tcpledger_sink *s,
		     u64 id)
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

static void given(struct tcpledger_reader *r, u32 n)
{
	r->at += n;
	WRITE_ONCE(r->next, r->next + n);
}

/* As many in a row as there are and fit, the first of them at any rate. */
static int give_entries(struct tcpledger_reader *r, struct tcpledger_sink *s)
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

/* As many entries in a row as there are and have room. */
static u32 count_entries(const struct tcpledger_reader *r,
			 const struct tcpledger_sink *s)
{
	const size_t one = sizeof(struct tcpledger_frame) + sizeof(struct tcpledger_short);
	u32 n = 0, room = 1;

	if (s->left > one)
		room += (s->left - one) / sizeof(struct tcpledger_short);
	while (n < room && r->at + n < r->n && is_entry(&r->batch[r->at + n]))
		n++;
	return n;
}

static_assert(sizeof(struct tcpledger_short) == 32);
/* The masks of uapi's short entry are those of the log. */
static_assert(!(LOG_SEG_BITS & (LOG_TOLD | LOG_CHANGED)));

/* As give_entries(), but as one frame, which is written where the reader wants it. */
static int give_run(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	struct tcpledger_frame_entries __user *to = (void __user *)s->to;
	const struct tcpledger_slot *slot = &r->batch[r->at];
	struct tcpledger_short __user *e = to->entries;
	const u32 n = count_entries(r, s);
	const struct tcpledger_slot *end = slot + n;
	const size_t size = struct_size(to, entries, n);

	if (size > s->left)
		return -EINVAL;
	if (!user_write_access_begin(to, size))
		return -EFAULT;
	unsafe_put_user(TCPLEDGER_FRAME_ENTRIES, &to->frame.type, fault);
	unsafe_put_user(TCPLEDGER_FRAME_NUMBERED, &to->frame.flags, fault);
	unsafe_put_user(size, &to->frame.size, fault);
	unsafe_put_user(r->next, &to->frame.seq, fault);
	for (; slot < end; slot++, e++) {
		const struct tcpledger_log_entry *from = &slot->entry;

		unsafe_put_user(slot->id << 16 | slot->n << 8 | slot->type, &e->of, fault);
		unsafe_put_user(from->when & ~(u64)((LOG_TOLD | LOG_CHANGED) << 2),
				&e->when, fault);
		unsafe_put_user(from->seq, &e->seq, fault);
		unsafe_put_user(from->ack, &e->ack, fault);
		unsafe_put_user(from->len, &e->len, fault);
		unsafe_put_user(from->win, &e->win, fault);
		unsafe_put_user(from->flags, &e->flags, fault);
		unsafe_put_user(from->ttl, &e->ttl, fault);
	}
	user_write_access_end();
	given_bytes(s, size);
	given(r, n);
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

/* Copy the record of OPEN or END. Return: false if it is gone. */
static bool read_view(const struct tcpledger_reader *r, const struct tcpledger_slot *slot)
{
	const struct tcpledger_candidate of = { slot->c, slot->id, slot->bucket };
	const struct tcpledger_snapshot *s = &r->snapshot;

	if (!r->brief)
		return tcpledger_view_read(s->view, s->tn, &of, true);
	if (slot->type == TCPLEDGER_FRAME_OPEN)
		return tcpledger_view_read_open(s->view, s->tn, &of);
	return r->lossy ? tcpledger_view_read(s->view, s->tn, &of, true) :
			  tcpledger_view_read_end(s->view, s->tn, &of);
}

/**
 * tcpledger_frames_event() - give the next event, and those of its kind behind it
 * @r: the reader, which has an event in its batch; moved behind what was given
 * @s: the memory that its read fills
 *
 * Context and return value as tcpledger_frames_start().
 */
int tcpledger_frames_event(struct tcpledger_reader *r, struct tcpledger_sink *s)
{
	const struct tcpledger_slot *slot = &r->batch[r->at];
	int ret;

	if (is_entry(slot))
		return r->brief ? give_run(r, s) : give_entries(r, s);
	if (slot->type != TCPLEDGER_FRAME_GONE && read_view(r, slot))
		ret = tcpledger_frames_view(r, s, slot->type, TCPLEDGER_FRAME_NUMBERED);
	else
		ret = give_gone(r, s, slot->id);
	if (!ret)
		given(r, 1);
	return ret;
}

/**
 * tcpledger_frames_init() - draw the load id
 *
 * Context: process, at load, before there is a file.
 */
void __init tcpledger_frames_init(void)
{
	generate_random_uuid(load_id);
}
