// SPDX-License-Identifier: GPL-2.0
/*
 * From the kernel's ring buffer to events: what belongs to one event (its
 * stack, the namespace of its socket, the segment that TCP was processing, and
 * what became of that) is brought together here.
 */
#include "lib/witness/trace_format.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"

/* From a request socket to its child, in one call. */
#define GOES_ON_NS	(slow_kernel() ? 100000000 : 5000000)

/* Between an event and what belongs to it: what interrupted it, and the peer's part on loopback. */
#define NEAR		256

static uint32_t pid_of(const uint8_t *data)
{
	uint32_t pid;

	memcpy(&pid, data + TRACE_PID_AT, sizeof(pid));
	return pid;
}

static uint64_t field(const struct trace_format *format, const uint8_t *data, int i, size_t size)
{
	union {
		uint8_t of_1;
		uint16_t of_2;
		uint32_t of_4;
		uint64_t of_8;
	} value = { .of_8 = 0 };

	if (format->offset[i] >= 0)
		memcpy(&value, data + format->offset[i], size);
	switch (size) {
	case 1:		return value.of_1;
	case 2:		return value.of_2;
	case 4:		return value.of_4;
	default:	return value.of_8;
	}
}

static void decode_state(const struct trace_format *f, const uint8_t *data, struct trace_event *ev)
{
	ev->object = field(f, data, STATE_SK, 8);
	ev->from = field(f, data, STATE_OLD, 4);
	ev->to = field(f, data, STATE_NEW, 4);
	ev->protocol = field(f, data, STATE_PROTOCOL, 2);
	ev->local.port = field(f, data, STATE_SPORT, 2);
	ev->remote.port = field(f, data, STATE_DPORT, 2);
	/* The event maps the addresses of IPv4 itself. */
	memcpy(&ev->local.ip, data + f->offset[STATE_SADDR], 16);
	memcpy(&ev->remote.ip, data + f->offset[STATE_DADDR], 16);
}

static int space_of(const struct trace *trace, uint64_t net)
{
	for (int i = 0; i < TRACE_SPACES; i++)
		if (trace->netns[i] == net)
			return i;
	return TRACE_ELSEWHERE;
}

static void decode_tw(const struct trace_format *f, const uint8_t *data, const struct trace *trace,
		      struct trace_event *ev)
{
	ev->where = space_of(trace, field(f, data, TW_NET, 8));
	ev->object = field(f, data, TW_SOCK, 8);
	ev->to = field(f, data, TW_SUBSTATE, 1);
	ev->rearm = field(f, data, TW_REARM, 1);
	ev->protocol = IPPROTO_TCP;
	ev->local.port = field(f, data, TW_LPORT, 2);
	ev->remote.port = ntohs(field(f, data, TW_RPORT, 2));
	if (field(f, data, TW_FAMILY, 2) == AF_INET6) {
		memcpy(&ev->local.ip, data + f->offset[TW_LADDR6], 16);
		memcpy(&ev->remote.ip, data + f->offset[TW_RADDR6], 16);
		return;
	}
	memset(ev->local.ip.s6_addr + 10, 0xff, 2);
	memset(ev->remote.ip.s6_addr + 10, 0xff, 2);
	memcpy(ev->local.ip.s6_addr + 12, data + f->offset[TW_LADDR], 4);
	memcpy(ev->remote.ip.s6_addr + 12, data + f->offset[TW_RADDR], 4);
}

/* Of what is read of one CPU now, the last events, newest first. */
#define for_last(ev, trace, from)						\
	for (struct trace_event *ev = (trace)->list + (trace)->n;		\
	     ev-- > (trace)->list + (from);)

static bool same_segment(const struct trace_segment *a, const struct trace_segment *b)
{
	return a->seq == b->seq && a->end == b->end && a->ack == b->ack && a->flags == b->flags;
}

/*
 * A segment to a request socket goes on to its child, one to a timewait socket
 * perhaps to a listener: it stays one event, of the socket that has it now.
 */
static bool goes_on(struct trace *trace, size_t from, const struct trace_event *now)
{
	for_last(ev, trace, from) {
		if (ev->kind != TRACE_PROCESS || ev->packet != now->packet)
			continue;
		if (ev->reason || now->ns - ev->ns > GOES_ON_NS ||
		    !same_segment(&ev->segment, &now->segment))
			return false;
		ev->object = now->object;
		return true;
	}
	return false;
}

static void decode_segment(const struct trace_format *f, const uint8_t *data,
			   const struct trace *trace, struct trace_event *ev)
{
	ev->kind = TRACE_PROCESS;
	ev->where = space_of(trace, field(f, data, SEGMENT_NET, 8));
	ev->object = field(f, data, SEGMENT_SOCK, 8);
	ev->packet = field(f, data, SEGMENT_SKB, 8);
	ev->segment.seq = field(f, data, SEGMENT_SEQ, 4);
	ev->segment.end = field(f, data, SEGMENT_END, 4);
	ev->segment.ack = field(f, data, SEGMENT_ACK, 4);
	ev->segment.flags = field(f, data, SEGMENT_FLAGS, 1);
	ev->local.port = field(f, data, SEGMENT_LPORT, 2);
	ev->remote.port = ntohs(field(f, data, SEGMENT_RPORT, 2));
}

/* TCP acts on the segment that it processes of this socket, or of one with its ports. */
static void find_segment(struct trace *trace, size_t from, struct trace_event *now)
{
	for_last(ev, trace, from) {
		if (ev->kind != TRACE_PROCESS ||
		    (ev->object != now->object &&
		     (now->kind == TRACE_STATE || ev->local.port != now->local.port ||
		      ev->remote.port != now->remote.port)))
			continue;
		now->segment = ev->segment;
		/* Data for a program that is gone (TCP_TW_RST). */
		ev->refused = now->kind == TRACE_TW_KILL && now->to == TCP_FIN_WAIT2 &&
			      !(ev->segment.flags & SEG_RST);
		ev->moved = !ev->refused;
		return;
	}
}

/* Whether the timer of a timewait socket is set because it comes to TIME_WAIT. */
static bool enters(const struct trace *trace, const struct trace_event *now)
{
	if (now->to != TCP_TIME_WAIT || !now->rearm)
		return now->to == TCP_TIME_WAIT;
	for_last(ev, trace, 0)
		if (ev->kind == TRACE_TW_SCHEDULE && ev->object == now->object)
			return ev->to != TCP_TIME_WAIT;
	return false;
}

/* An event that was interrupted has its stack after that of the interruption. */
static void add_stack(struct trace *trace, size_t from, const uint8_t *data)
{
	const struct trace_format *f = &trace_formats[TRACE_STACK];
	uint32_t n = field(f, data, STACK_SIZE, 4);

	for_last(ev, trace, from) {
		if ((ev->kind != TRACE_STATE && ev->kind != TRACE_TW_KILL) || ev->stacked)
			continue;
		ev->stacked = true;
		ev->by = symbols_by((const uint64_t *)(data + f->offset[STACK_CALLER]), n,
				    &ev->backlog);
		if (ev->by == BY_SEGMENT)
			find_segment(trace, from, ev);
		return;
	}
}

static void add_where(struct trace *trace, size_t from, const uint8_t *data)
{
	const struct trace_format *f = &trace_formats[TRACE_WHERE];
	uint64_t sk = field(f, data, WHERE_SOCK, 8);

	for_last(ev, trace, from) {
		if (ev->kind != TRACE_STATE || ev->object != sk)
			continue;
		ev->where = space_of(trace, field(f, data, WHERE_NET, 8));
		return;
	}
}

/* Return: whether the packet is a segment that TCP had begun to process */
static bool add_drop(struct trace *trace, size_t from, const struct trace_event *now)
{
	/* Its memory may have been another packet's, which had one. */
	if (!strcmp(trace_reason(now->reason), "NO_SOCKET"))
		return false;
	for_last(ev, trace, from) {
		if (ev->kind != TRACE_PROCESS || ev->packet != now->packet)
			continue;
		if (ev->reason || ev->segment.seq != now->segment.seq ||
		    ev->segment.end != now->segment.end ||
		    ev->segment.flags != now->segment.flags)
			return false;
		ev->reason = now->reason;
		return true;
	}
	return false;
}

/* Return: whether the event stands for itself, and is filled in */
static bool decode(struct trace *trace, size_t from, const uint8_t *data,
		   struct trace_event *ev)
{
	const struct trace_format *f = &trace_formats[ev->kind];

	switch (ev->kind) {
	case TRACE_STATE:
		decode_state(f, data, ev);
		return true;
	case TRACE_WHERE:
		add_where(trace, from, data);
		return false;
	case TRACE_TW_SCHEDULE:
		decode_tw(f, data, trace, ev);
		if (enters(trace, ev))
			find_segment(trace, from, ev);
		return true;
	case TRACE_TW_KILL:
		decode_tw(f, data, trace, ev);
		return true;
	case TRACE_SPACE:
		if (trace->asks != TRACE_ELSEWHERE && (pid_t)pid_of(data) == gettid())
			trace->netns[trace->asks] = field(f, data, SPACE_NET, 8);
		return false;
	case TRACE_PROCESS:
	case TRACE_OPEN:
	case TRACE_TIMEWAIT:
	case TRACE_REQUEST:
		decode_segment(f, data, trace, ev);
		return !goes_on(trace, from, ev);
	case TRACE_DROP:
		ev->packet = field(f, data, DROP_SKB, 8);
		ev->reason = field(f, data, DROP_REASON, 4);
		ev->segment.seq = field(f, data, DROP_SEQ, 4);
		ev->segment.end = field(f, data, DROP_END, 4);
		ev->segment.flags = field(f, data, DROP_FLAGS, 1);
		return !add_drop(trace, from, ev);
	case TRACE_STACK:
		add_stack(trace, from, data);
		return false;
	default:
		return false;
	}
}

static void add_event(struct trace *trace, size_t from, const uint8_t *data, int64_t ns)
{
	struct trace_event ev = { .ns = ns, .where = TRACE_ELSEWHERE };
	uint16_t id;

	if (trace->n > from + NEAR)
		from = trace->n - NEAR;
	memcpy(&id, data, sizeof(id));
	while (ev.kind < TRACE_KINDS && trace_formats[ev.kind].id != id)
		ev.kind++;
	if (ev.kind == TRACE_KINDS || !decode(trace, from, data, &ev))
		return;
	if (trace->n == trace->room) {
		trace->room = trace->room ? trace->room * 2 : 256;
		trace->list = realloc(trace->list, trace->room * sizeof(*trace->list));
		if (!trace->list)
			die("no memory");
	}
	trace->list[trace->n++] = ev;
}

/* A word with a type of 5 bits and a time of 27, in the order of this machine's bit fields. */
static void split_head(uint32_t word, uint32_t *type, uint32_t *delta)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	*type = word >> 27;
	*delta = word & ((1U << 27) - 1);
#else
	*type = word & 31;
	*delta = word >> 5;
#endif
}

/* The layout is that of events/header_page and events/header_event. */
static void read_page(struct trace *trace, size_t from, const uint8_t *page)
{
	const uint32_t missed = 3U << 30;
	const uint8_t *p = page + 16, *end;
	uint64_t ns, commit;

	memcpy(&ns, page, sizeof(ns));
	memcpy(&commit, page + 8, sizeof(commit));
	if (commit & missed)
		die("the trace lost events");
	end = p + (commit & 0xfffff);
	while (p < end) {
		uint32_t head[2];
		uint32_t type, delta;

		memcpy(head, p, sizeof(head));
		split_head(head[0], &type, &delta);
		switch (type) {
		case 29:	/* padding: of the rest of the page, or a discarded event */
			if (!delta)
				return;
			ns += delta;
			p += 4 + head[1];
			break;
		case 30:	/* the delta goes on in the next word */
			ns += delta + ((uint64_t)head[1] << 27);
			p += 8;
			break;
		case 31:	/* an absolute time, but for its highest bits */
			ns = (ns >> 59 << 59) | (delta + ((uint64_t)head[1] << 27));
			p += 8;
			break;
		default:
			ns += delta;
			add_event(trace, from, p + (type ? 4 : 8), ns);
			p += 4 + (type ? type * 4 : head[1]);
		}
	}
}

static int by_time(const void *a, const void *b)
{
	const struct trace_event *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

/**
 * trace_drain - read what was traced until now
 * @trace: trace
 */
void trace_drain(struct trace *trace)
{
	uint8_t *page = malloc(trace->page);

	for (int i = 0; i < trace->cpus; i++) {
		/* What was read before is in the order of time, and of any CPU. */
		size_t from = trace->cpus > 1 ? trace->n : 0;

		while (read(trace->fd[i], page, trace->page) > 0)
			read_page(trace, from, page);
	}
	free(page);
	qsort(trace->list, trace->n, sizeof(*trace->list), by_time);
}
