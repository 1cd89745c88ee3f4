// SPDX-License-Identifier: GPL-2.0
/*
 * The segments of the logs without SYN, FIN and RST against those that are due.
 *
 * Which are due follows from the capture and the states: in the handshake, and to
 * and from a mini-socket, all that come and all that leave; what acknowledges our
 * FIN until TCP takes it; the first that acknowledges the peer's SYN, and its FIN;
 * and what TCP answers at once to a SYN, FIN or RST. Each must be logged, with all
 * its fields and at its time, and no other.
 *
 * The states are those of the record, which judge_states() compares with the trace;
 * that a timewait socket holds FIN_WAIT2 is in the trace alone.
 */
#include "lib/judge/acks.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"
#include "lib/ledger/records.h"

#define FINS_MAX	64	/* numbers of FINs that came to an endpoint */
/* TCP answers in less: it does not wait for anything. */
#define AT_ONCE_NS	(slow_kernel() || get_nprocs() > 1 ? 1000000000 : 1000000)
#define SHOWN_MAX	20

/**
 * struct walk - how far an endpoint has come in its capture
 * @rec: its record
 * @real: CLOCK_REALTIME of the record's first entry
 * @timewait: when a timewait socket took over, CLOCK_REALTIME; INT64_MAX for never
 * @passed: the log up to here lies behind: a segment went by that caused a change there
 * @in: the frame before came, and was a SYN, FIN or RST
 * @in_ns: when
 * @syn_came: the peer's SYN came
 * @syn_acked: it was acknowledged
 * @fin_left: our FIN left
 * @fin_end: the number after it
 * @acked: acknowledgment number of what left last
 * @fins: how many FINs came
 * @fin: the numbers after them
 */
struct walk {
	const struct tcpledger_record *rec;
	int64_t real;
	int64_t timewait;
	size_t passed;
	bool in;
	int64_t in_ns;
	bool syn_came;
	bool syn_acked;
	bool fin_left;
	uint32_t fin_end;
	uint32_t acked;
	size_t fins;
	uint32_t fin[FINS_MAX];
};

/*
 * The endpoint's state at a moment, and after the log's first @passed entries; 0 if nothing
 * has told yet.
 */
static int state_at(const struct walk *w, int64_t ns, size_t passed)
{
	const struct tcpledger_entry *log = records_log(w->rec);
	int state = 0;

	for (size_t i = 0; i < w->rec->log_n; i++) {
		if (log[i].type != TCPLEDGER_ENTRY_STATE)
			continue;
		if (i >= passed && w->real + log[i].t_ns > ns)
			return state ? state : w->rec->flags & TCPLEDGER_REC_PARTIAL ?
					       log[i].from : 0;
		state = log[i].to;
	}
	return state ? state : w->rec->flags & TCPLEDGER_REC_PARTIAL ? w->rec->state : 0;
}

static bool in_mini_socket(const struct walk *w, int state, int64_t ns)
{
	if (state == TCP_SYN_RECV)
		return w->rec->role != TCPLEDGER_ROLE_SIMULTANEOUS &&
		       !(w->rec->flags & TCPLEDGER_REC_FASTOPEN);
	return state == TCP_TIME_WAIT || (state == TCP_FIN_WAIT2 && ns >= w->timewait);
}

static bool due_in(const struct walk *w, const struct segment *seg)
{
	int state = state_at(w, seg->ns, w->passed);

	switch (state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		return true;
	case TCP_FIN_WAIT1:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return w->fin_left && seg->flags & SEG_ACK && seg->ack == w->fin_end;
	}
	return in_mini_socket(w, state, seg->ns);
}

static bool acks_new_fin(const struct walk *w, const struct segment *seg)
{
	for (size_t i = 0; i < w->fins; i++)
		if (seg->ack == w->fin[i] && seg->ack != w->acked)
			return true;
	return false;
}

static bool due_out(const struct walk *w, const struct segment *seg)
{
	int state = state_at(w, seg->ns, 0);

	if (!state || state == TCP_CLOSE)
		return false;
	if (in_mini_socket(w, state, seg->ns))
		return true;
	if (!(seg->flags & SEG_ACK))
		return false;
	if (w->syn_came && !w->syn_acked)
		return true;
	/* Data that leave so soon are a program's, and no answer. */
	return acks_new_fin(w, seg) ||
	       (w->in && !seg->len && seg->ns - w->in_ns < AT_ONCE_NS);
}

static bool fields_equal(const struct tcpledger_entry *e, const struct segment *seg)
{
	return e->seq == seg->seq && e->ack == seg->ack && e->win == seg->win &&
	       e->len == seg->len && e->ttl == seg->ttl && e->flags == seg->flags &&
	       !(e->bits & (TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_OTHER));
}

/*
 * Segments that come together are captured before TCP has the first of them: what follows one
 * that changes the state comes in the new state, whatever the time. What leaves is captured
 * when TCP sends it, before or after the change.
 */
static void pass_changes(struct walk *w, const struct segment *seg)
{
	const struct tcpledger_entry *log = records_log(w->rec);

	for (size_t i = w->passed; i < w->rec->log_n; i++) {
		const struct tcpledger_entry *cause;

		if (log[i].type != TCPLEDGER_ENTRY_STATE || log[i].segment < 0)
			continue;
		cause = &log[log[i].segment];
		if (cause->type == TCPLEDGER_ENTRY_IN && fields_equal(cause, seg) &&
		    llabs(w->real + cause->t_ns - seg->ns) < STAMP_LATE_NS)
			w->passed = i + 1;
	}
}

static void pass(struct walk *w, const struct captured *frame)
{
	const struct segment *seg = &frame->seg;

	if (frame->out) {
		if (seg->flags & SEG_ACK && !(seg->flags & SEG_RST)) {
			w->syn_acked |= w->syn_came;
			w->acked = seg->ack;
		}
		if ((seg->flags & SEG_CONTROL) == SEG_FIN) {
			w->fin_left = true;
			w->fin_end = seg->seq + seg->len + 1;
		}
		w->in = false;
		return;
	}
	pass_changes(w, seg);
	w->in = seg->flags & SEG_CONTROL;
	w->in_ns = seg->ns;
	w->syn_came |= seg->flags & SEG_SYN && w->rec->remote_isn == seg->seq;
	/* The number that is expected next is no FIN's to acknowledge. */
	if ((seg->flags & SEG_CONTROL) == SEG_FIN && w->fins < FINS_MAX &&
	    seg->seq + seg->len + 1 != w->acked)
		w->fin[w->fins++] = seg->seq + seg->len + 1;
}

/*
 * Data for a program that has closed: TCP refuses it, and ends the connection by it. Whether
 * the change names the right segment is asked by judge_cause().
 */
static bool ends_refused(const struct tcpledger_record *rec, size_t at)
{
	const struct tcpledger_entry *log = records_log(rec);

	if (!(log[at].bits & TCPLEDGER_SEG_REFUSED))
		return false;
	for (size_t i = at + 1; i < rec->log_n; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE && log[i].to == TCP_CLOSE)
			return log[i].segment == (int)at;
	return false;
}

/* The next entry of a direction without SYN, FIN or RST, from @at on. */
static size_t next_logged(const struct tcpledger_record *rec, bool out, size_t at)
{
	const struct tcpledger_entry *log = records_log(rec);

	while (at < rec->log_n &&
	       (log[at].type != (out ? TCPLEDGER_ENTRY_OUT : TCPLEDGER_ENTRY_IN) ||
		log[at].flags & SEG_CONTROL))
		at++;
	return at;
}

static void show_log(const struct tcpledger_record *rec)
{
	const struct tcpledger_entry *log = records_log(rec);

	for (size_t i = 0; i < rec->log_n; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE)
			say("  %zu: %lld ns %s -> %s", i, (long long)log[i].t_ns,
			    state_name(log[i].from), state_name(log[i].to));
		else if (log[i].type != TCPLEDGER_ENTRY_NOTE)
			say("  %zu: %lld ns %s flags %#x seq %u ack %u win %u len %u ttl %u "
			    "bits %#x", i, (long long)log[i].t_ns,
			    log[i].type == TCPLEDGER_ENTRY_OUT ? "out" : "in", log[i].flags,
			    log[i].seq, log[i].ack, log[i].win, log[i].len, log[i].ttl,
			    log[i].bits);
}

/**
 * struct due - the segments of one record and direction that are due
 * @n: how many
 * @room: how many there is memory for
 * @list: in the order of the capture
 */
struct due {
	size_t n;
	size_t room;
	const struct segment **list;
};

static void add_due(struct due *due, const struct segment *seg)
{
	if (due->n == due->room) {
		due->room = due->room ? 2 * due->room : 64;
		due->list = realloc(due->list, due->room * sizeof(*due->list));
		if (!due->list)
			die("no memory");
	}
	due->list[due->n++] = seg;
}

static int complain(const struct walk *w, const char *what, const struct segment *seg)
{
	say("record %llu: %s: at %lld ns %s", (unsigned long long)w->rec->id, what,
	    (long long)(seg->ns - w->real), segment_text(seg));
	return 1;
}

/* One direction of a record: what is due and what is logged, in step. */
static int compare(const struct walk *w, const struct due *due, bool out, struct drops *drops)
{
	const struct tcpledger_entry *log = records_log(w->rec);
	size_t at = next_logged(w->rec, out, 0), given_up = w->rec->log_dropped, i = 0;
	int wrong = 0;

	while (i < due->n || at < w->rec->log_n) {
		const struct segment *seg = i < due->n ? due->list[i] : NULL;
		int64_t ns = at < w->rec->log_n ? w->real + log[at].t_ns : INT64_MAX;

		if (seg && llabs(seg->ns - ns) < STAMP_LATE_NS && fields_equal(&log[at], seg)) {
			at = next_logged(w->rec, out, at + 1);
			i++;
		} else if (seg && (ns == INT64_MAX || seg->ns < ns + STAMP_LATE_NS)) {
			i++;
			if (given_up)
				given_up--;
			else if (out || !drops_take(drops, seg->ns))
				wrong += complain(w, out ? "does not log what leaves" :
							   "does not log what comes", seg);
		} else if (!out && ends_refused(w->rec, at)) {
			at = next_logged(w->rec, out, at + 1);
		} else {
			say("record %llu: entry %zu was not due, or not like that",
			    (unsigned long long)w->rec->id, at);
			at = next_logged(w->rec, out, at + 1);
			wrong++;
		}
	}
	return wrong;
}

static int64_t timewait_began(const struct trace *trace, const struct tcpledger_record *rec,
			      int64_t until)
{
	struct endpoint local = records_local(rec), remote = records_remote(rec);

	for (size_t i = 0; i < trace->n; i++) {
		const struct trace_event *ev = &trace->list[i];

		if (ev->kind == TRACE_TW_SCHEDULE && !ev->rearm && ev->ns >= rec->base_ns &&
		    ev->ns < until && endpoint_equal(&ev->local, &local) &&
		    endpoint_equal(&ev->remote, &remote))
			return ev->ns + rec->opened_at - rec->base_ns;
	}
	return INT64_MAX;
}

/**
 * struct frames - the capture by endpoints
 * @n: how many segments
 * @list: those of one endpoint side by side, in the order of the capture
 */
struct frames {
	size_t n;
	const struct captured **list;
};

static const struct endpoint *own(const struct captured *f)
{
	return f->out ? &f->seg.src : &f->seg.dst;
}

static const struct endpoint *other(const struct captured *f)
{
	return f->out ? &f->seg.dst : &f->seg.src;
}

static int by_endpoints(const void *pa, const void *pb)
{
	const struct captured *a = *(const struct captured *const *)pa;
	const struct captured *b = *(const struct captured *const *)pb;
	int order = endpoint_compare(own(a), own(b));

	order = order ? order : endpoint_compare(other(a), other(b));
	return order ? order : (a > b) - (a < b);
}

static void frames_sort(struct frames *frames, const struct capture *capture)
{
	frames->n = capture->n;
	frames->list = calloc(capture->n + 1, sizeof(*frames->list));
	if (!frames->list)
		die("no memory");
	for (size_t i = 0; i < capture->n; i++)
		frames->list[i] = &capture->list[i];
	qsort(frames->list, frames->n, sizeof(*frames->list), by_endpoints);
}

/* The first segment of a record's endpoints. */
static size_t frames_of(const struct frames *frames, const struct endpoint *local,
			const struct endpoint *remote)
{
	size_t low = 0, high = frames->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = endpoint_compare(own(frames->list[mid]), local);

		order = order ? order : endpoint_compare(other(frames->list[mid]), remote);
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* One record: its segments are those from its first entry on, until the next record begins. */
static int judge_record(struct world *world, const struct frames *frames,
			const struct tcpledger_record *rec, int64_t until, struct drops *drops)
{
	struct endpoint local = records_local(rec), remote = records_remote(rec);
	struct walk w = { .rec = rec, .real = rec->opened_at };
	struct due due[2] = { { 0 } };
	int wrong;

	w.timewait = timewait_began(&world->trace, rec, until - rec->opened_at + rec->base_ns);
	for (size_t i = frames_of(frames, &local, &remote); i < frames->n; i++) {
		const struct captured *f = frames->list[i];

		if (!endpoint_equal(own(f), &local) || !endpoint_equal(other(f), &remote))
			break;
		if (f->seg.ns > until || (f->seg.ns < w.real - STAMP_LATE_NS &&
					  !(rec->flags & TCPLEDGER_REC_PARTIAL)))
			continue;
		if (f->seg.ns >= w.real && !(f->seg.flags & SEG_CONTROL) &&
		    (f->out ? due_out(&w, &f->seg) : due_in(&w, &f->seg)))
			add_due(&due[f->out], &f->seg);
		pass(&w, f);
	}
	wrong = compare(&w, &due[0], false, drops) + compare(&w, &due[1], true, drops);
	if (wrong)
		show_log(rec);
	free(due[0].list);
	free(due[1].list);
	return wrong;
}

/**
 * judge_acks - compare the pure ACKs, and what else is logged, with those that are due
 * @world: world
 * @e: all that the ledger says
 * Return: how much is wrong
 */
int judge_acks(struct world *world, struct evidence *e)
{
	struct space *space = &world->space[world->here];
	struct drops drops = drops_other(space->dropped);
	const struct records *records = &e->records;
	struct frames frames;
	int wrong = 0;

	trace_drain(&world->trace);
	capture_drain(&space->capture);
	frames_sort(&frames, &space->capture);
	records_sort(&e->records);
	for (size_t i = 0; i < records->n; i++) {
		const struct tcpledger_record *rec = records->list[i], *next = NULL;
		struct endpoint local = records_local(rec), remote = records_remote(rec);
		int64_t until = e->ledger.at;

		if (i + 1 < records->n) {
			struct endpoint l = records_local(records->list[i + 1]);
			struct endpoint r = records_remote(records->list[i + 1]);

			if (endpoint_equal(&l, &local) && endpoint_equal(&r, &remote))
				next = records->list[i + 1];
		}
		if (next && next->opened_at < until)
			until = next->opened_at;
		wrong += judge_record(world, &frames, rec, until, &drops);
	}
	free(frames.list);
	return wrong;
}
