// SPDX-License-Identifier: GPL-2.0
#include "lib/ledger/told.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

#define REPORTED	10	/* mistakes that are printed */

static void wrong(struct told *told, const union frame *frame, const char *what,
		  uint64_t number)
{
	if (told->wrong++ < REPORTED)
		say("stream: %s %llu: %s (%llu)", frame_word(frame),
		    (unsigned long long)frame->frame.seq, what, (unsigned long long)number);
}

static struct told_record *record_of(struct told *told, uint64_t id)
{
	size_t n = told->n ? told->n : 256;

	while (n <= id)
		n *= 2;
	if (n > told->n) {
		told->list = realloc(told->list, n * sizeof(*told->list));
		if (!told->list)
			die("no memory");
		memset(told->list + told->n, 0, (n - told->n) * sizeof(*told->list));
		told->n = n;
	}
	return &told->list[id];
}

static void take_entry(struct told_record *r, unsigned int n, const struct tcpledger_entry *e)
{
	if (n >= r->room) {
		r->room = n < 16 ? 16 : TCPLEDGER_LOG_MAX;
		r->log = realloc(r->log, r->room * sizeof(*r->log));
		if (!r->log)
			die("no memory");
	}
	r->log[n] = *e;
	r->has |= 1ULL << n;
}

static void take_record(struct told *told, const union frame *frame)
{
	const struct tcpledger_record *rec = &frame->record.record;
	struct told_record *r = record_of(told, rec->id);

	if (frame->record.monotonic_ns > now_ns())
		wrong(told, frame, "is of the future", frame->record.monotonic_ns);
	if (rec->size < sizeof(*rec))
		memcpy(&r->record, rec, rec->size);	/* the rest follows with END */
	else
		r->record = *rec;
	r->known = true;
	r->gone = false;
	r->opens += frame->frame.type == TCPLEDGER_FRAME_OPEN;
	if (frame->frame.type == TCPLEDGER_FRAME_END && rec->ended_ns < 0)
		wrong(told, frame, "tells no end", rec->id);
	/* In a snapshot a record that is over has its verdict, and no END need follow. */
	r->ended = frame->frame.type == TCPLEDGER_FRAME_END ||
		   (frame->frame.type == TCPLEDGER_FRAME_RECORD &&
		    !(rec->flags & TCPLEDGER_REC_LIVE));
	for (unsigned int n = 0; n < frame_log_n(frame); n++)
		take_entry(r, n, frame_log(frame) + n);
}

/* Entries come in the order of the log, and what is amended was told. */
static void take_event(struct told *told, const union frame *frame, bool amend, uint64_t id,
		       unsigned int n, const struct tcpledger_entry *e)
{
	struct told_record *r = record_of(told, id);

	if (n >= TCPLEDGER_LOG_MAX) {
		wrong(told, frame, "has an impossible index", n);
		return;
	}
	if (amend && !told->lost && !(r->has >> n & 1) && r->opens)
		wrong(told, frame, "amends what was not told", id);
	if (amend && r->has >> n & 1 && r->log[n].t_ns != e->t_ns)
		wrong(told, frame, "amends the time of an entry", id);
	r->ended = false;
	take_entry(r, n, e);
}

static void take_long(struct told *told, const union frame *frame)
{
	const struct tcpledger_frame_entry *f = &frame->entry;

	if (f->reserved)
		wrong(told, frame, "has a number where none is yet", f->reserved);
	take_event(told, frame, frame->frame.type == TCPLEDGER_FRAME_AMEND, f->id, f->n,
		   &f->entry);
}

static void take_short(struct told *told, const union frame *frame)
{
	for (unsigned int i = 0; i < frame_events(frame); i++) {
		const struct tcpledger_short *s = &frame->entries.entries[i];
		const unsigned int type = s->of & 0xff;
		struct tcpledger_entry e;

		if (type != TCPLEDGER_FRAME_ENTRY && type != TCPLEDGER_FRAME_AMEND)
			wrong(told, frame, "has an entry that is no event", type);
		short_entry(s, &e);
		take_event(told, frame, type == TCPLEDGER_FRAME_AMEND, s->of >> 16,
			   s->of >> 8 & 0xff, &e);
	}
}

/* Events are numbered without a gap, but for what LOST tells; other frames name the next. */
static void take_number(struct told *told, const union frame *frame)
{
	if (frame->frame.type == TCPLEDGER_FRAME_START) {
		told->next = frame->frame.seq;
		told->epoch = frame->start.epoch;
		told->begun = frame->frame.seq;
	} else if (!told->next) {
		wrong(told, frame, "comes before START", 0);
	} else if (frame->frame.type == TCPLEDGER_FRAME_LOST) {
		if (frame->count.first != told->next || !frame->count.n)
			wrong(told, frame, "begins elsewhere", frame->count.first);
		told->lost += frame->count.n;
		told->next += frame->count.n;
	}
	if (frame->frame.seq != told->next)
		wrong(told, frame, "has not the number that is next", told->next);
	if (frame_is_event(frame)) {
		told->events += frame_events(frame);
		told->next = frame->frame.seq + frame_events(frame);
	}
}

/**
 * told_take - take one frame
 * @told: zeroed at first
 * @frame: frame
 */
void told_take(struct told *told, const union frame *frame)
{
	take_number(told, frame);
	switch (frame->frame.type) {
	case TCPLEDGER_FRAME_RECORD:
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		take_record(told, frame);
		break;
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		take_long(told, frame);
		break;
	case TCPLEDGER_FRAME_ENTRIES:
		take_short(told, frame);
		break;
	case TCPLEDGER_FRAME_GONE:
		record_of(told, frame->gone.id)->gone = true;
		break;
	case TCPLEDGER_FRAME_START:
	case TCPLEDGER_FRAME_SNAPSHOT_END:
	case TCPLEDGER_FRAME_LOST:
	case TCPLEDGER_FRAME_STOP:
		break;
	default:
		wrong(told, frame, "is of a type that no reader gets", frame->frame.type);
		return;
	}
	told->frames[frame->frame.type]++;
}

/**
 * told_take_all - take all that a stream has now
 * @told: as told_take()
 * @stream: stream
 */
void told_take_all(struct told *told, struct stream *stream)
{
	const union frame *frame;

	while ((frame = stream_next(stream)))
		told_take(told, frame);
}

void told_free(struct told *told)
{
	for (size_t i = 0; i < told->n; i++)
		free(told->list[i].log);
	free(told->list);
	memset(told, 0, sizeof(*told));
}

/* What changes with the time at which a record is read, or with its log; nothing else may. */
static void strike_out(struct tcpledger_record *rec)
{
	rec->size = 0;
	rec->tw_remaining_ns = 0;
	rec->state_age_ns = 0;
}

static int judge_log(const struct told_record *r, const struct tcpledger_record *rec)
{
	const uint64_t all = (1ULL << rec->log_n) - 1;
	unsigned int n;

	if (r->has != all) {
		say("record %llu: entries %#llx were told, not %#llx",
		    (unsigned long long)rec->id, (unsigned long long)r->has,
		    (unsigned long long)all);
		return 1;
	}
	for (n = 0; n < rec->log_n; n++)
		if (memcmp(&r->log[n], &records_log(rec)[n], sizeof(r->log[n]))) {
			say("record %llu: entry %u was told with bits %#x, and has %#x",
			    (unsigned long long)rec->id, n, r->log[n].bits,
			    records_log(rec)[n].bits);
			return 1;
		}
	return 0;
}

static int judge_record(const struct told_record *r, const struct tcpledger_record *rec)
{
	struct tcpledger_record told = r->record, now = *rec;
	int wrong = judge_log(r, rec);

	if (!r->known || r->gone) {
		say("record %llu was %s", (unsigned long long)rec->id,
		    r->gone ? "told to be gone" : "not told");
		return wrong + 1;
	}
	if (rec->flags & TCPLEDGER_REC_LIVE)
		return wrong;
	strike_out(&told);
	strike_out(&now);
	if (!r->ended || memcmp(&told, &now, sizeof(now))) {
		say("record %llu: %s", (unsigned long long)rec->id, r->ended ?
		    "its END had another verdict" : "it ended and no END came");
		wrong++;
	}
	return wrong;
}

/**
 * told_judge - does a stream that lost nothing tell what the records file has?
 * @told: what was told, all of it
 * @records: the file, read when nothing happened any more since
 * Return: how much is wrong; reported
 *
 * Each record of the file was told, with each of its entries as it is now, and, if it is
 * over, its END with the verdict. A record that was told and is not in the file is gone.
 */
int told_judge(const struct told *told, const struct records *records)
{
	bool *there = calloc(told->n + 1, 1);
	int wrong = told->wrong;

	for (size_t i = 0; i < records->n; i++) {
		const struct tcpledger_record *rec = records->list[i];

		if (rec->id >= told->n) {
			say("record %llu was not told", (unsigned long long)rec->id);
			wrong++;
			continue;
		}
		there[rec->id] = true;
		wrong += judge_record(&told->list[rec->id], rec);
	}
	for (size_t id = 1; id < told->n; id++)
		if (!there[id] && told->list[id].known && !told->list[id].gone) {
			say("record %zu is gone and nobody told", id);
			wrong++;
		}
	free(there);
	return wrong;
}

/**
 * told_judge_all - take what a stream has, and judge it by the records of that moment
 * @told: as told_take()
 * @stream: stream that lost nothing
 * Return: as told_judge()
 */
int told_judge_all(struct told *told, struct stream *stream)
{
	struct records records;
	uint64_t events;
	int wrong;

	told_take_all(told, stream);
	do {
		events = told->events;
		records_read(&records);
		told_take_all(told, stream);
		if (told->events != events)
			records_free(&records);
	} while (told->events != events);
	wrong = told_judge(told, &records);
	records_free(&records);
	return wrong;
}
