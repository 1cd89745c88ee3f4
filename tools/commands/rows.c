// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger follow --rows: a row for each connection when it ends, and one a minute while
 * it lasts.
 *
 * No record is kept here, however many there are: once a minute the kernel is asked for
 * a fresh snapshot, and what lives is told out of it. What ended since the snapshot
 * before is told again, so that a loss in between costs no row, but for records that
 * were evicted meanwhile. A row that comes twice is the same row.
 *
 * That a record has no last row is never silent. The kernel tells END as GONE if the record
 * is evicted before that is read, so the ids are kept of which the end was told.
 *
 * A recorded file is read to its end; what lives then is told as it was last known.
 */
#include "commands/rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/output.h"
#include "commands/options.h"
#include "meaning/join_key.h"
#include "present/print/row.h"
#include "read/derive.h"
#include "read/events.h"
#include "read/id_set.h"
#include "read/moment.h"
#include "read/replay.h"
#include "read/snapshot.h"

#define NS_PER_SECOND	1000000000LL
#define LIVE_EVERY_NS	(60 * NS_PER_SECOND)
#define LIVE_EARLY_NS	NS_PER_SECOND		/* a snapshot may begin so much too early */
#define WITHOUT_ROWS	"rows of records that ended then and were evicted are missing"
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

/* Frames between two looks at the clock, where there is always one more to read. */
#define FRAMES_BETWEEN	256

/**
 * struct rows - rows in the making
 * @options: what is asked for
 * @key: of the hash that joins both ends
 * @origin: where the rows are from
 * @events: the frames
 * @snapshot: how a fresh snapshot is had
 * @replay: of a recorded file, the records
 * @began_ns: when the last snapshot began, -1 before the first
 * @ended_since_ns: what ended earlier than this has been told
 * @told_live_ns: the snapshot out of which the living were told
 * @due_ns: when the next snapshot is due
 * @tells_live: this snapshot is one
 * @in_snapshot: its records are being read
 * @ended: ids of which the end was told since the last snapshot began
 * @ended_before: the same of the snapshot before, for what was evicted between the two
 * @lost: events lost
 * @missing: records that were evicted before their end was told
 * @missing_told: how many of them have been said
 */
struct rows {
	const struct options	*options;
	struct join_key		key;
	struct row_origin	origin;
	struct events		*events;
	struct snapshot		snapshot;
	struct replay		replay;
	int64_t			began_ns;
	int64_t			ended_since_ns;
	int64_t			told_live_ns;
	int64_t			due_ns;
	bool			tells_live;
	bool			in_snapshot;
	struct id_set		ended;
	struct id_set		ended_before;
	uint64_t		lost;
	uint64_t		missing;
	uint64_t		missing_told;
};

static void read_boot_id(char *boot_id, size_t room)
{
	FILE *file = fopen(BOOT_ID, "re");

	if (!file)
		return;
	if (fgets(boot_id, (int)room, file))
		boot_id[strcspn(boot_id, "\n")] = '\0';
	fclose(file);
}

/* The kernel leaves it to its reader; who recorded has filled it in. */
static void set_boot_id(struct rows *rows)
{
	const uint8_t *bytes = rows->origin.start.boot_id;
	char *boot_id = rows->origin.boot_id;
	size_t i, at = 0;
	bool known = false;

	boot_id[0] = '\0';
	for (i = 0; i < sizeof(rows->origin.start.boot_id); i++)
		known |= bytes[i];
	if (!known) {
		if (rows->events->live)
			read_boot_id(boot_id, sizeof(rows->origin.boot_id));
		return;
	}
	for (i = 0; i < sizeof(rows->origin.start.boot_id); i++)
		at += (size_t)snprintf(boot_id + at, sizeof(rows->origin.boot_id) - at, "%s%02x",
				       i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
}

static bool is_same_ledger(const struct tcpledger_frame_start *a,
			   const struct tcpledger_frame_start *b)
{
	return a->netns == b->netns && !memcmp(a->load_id, b->load_id, sizeof(a->load_id));
}

static void begin_snapshot(struct rows *rows, const struct frame *frame)
{
	const struct tcpledger_frame_start *start = &frame->start;
	bool first = rows->began_ns < 0 || !is_same_ledger(start, &rows->origin.start);

	rows->in_snapshot = true;
	rows->origin.start = *start;
	snprintf(rows->origin.host, sizeof(rows->origin.host), "%s", start->host);
	if (!*rows->origin.host && rows->events->live)
		gethostname(rows->origin.host, sizeof(rows->origin.host) - 1);
	set_boot_id(rows);
	rows->ended_since_ns = first ? -1 : rows->began_ns;
	rows->began_ns = start->monotonic_ns;
	rows->tells_live = rows->events->live &&
			   (first || rows->began_ns - rows->told_live_ns >=
					     LIVE_EVERY_NS - LIVE_EARLY_NS);
	if (rows->tells_live)
		rows->told_live_ns = rows->began_ns;
	id_set_free(&rows->ended_before);
	if (first)
		id_set_free(&rows->ended);
	rows->ended_before = rows->ended;
	rows->ended = (struct id_set){ 0 };
}

static void tell(struct rows *rows, const struct record *record, int64_t monotonic_ns)
{
	const struct tcpledger_frame_start *start = &rows->origin.start;
	struct tcpledger_header header = { .netns = start->netns, .monotonic_ns = monotonic_ns };
	int64_t passed, now = -1;

	if (!__builtin_sub_overflow(monotonic_ns, start->monotonic_ns, &passed))
		moment_after(start->realtime_ns, passed, &now);
	header.realtime_ns = now;
	if (rows->options->source.chosen && record->fixed.netns != rows->options->source.inode)
		return;
	if (filter_match(&rows->options->filter, record, &header))
		row_print(&rows->origin, record, monotonic_ns);
}

/* A record of a snapshot. */
static void tell_again(struct rows *rows, const struct frame *frame)
{
	const struct tcpledger_record *r = &frame->record.fixed;
	int64_t ended_ns;

	if (r->flags & TCPLEDGER_REC_LIVE) {
		if (rows->tells_live)
			tell(rows, &frame->record, frame->monotonic_ns);
		return;
	}
	id_set_add(&rows->ended, frame->id);
	if (!moment_after(r->base_ns, r->ended_ns, &ended_ns) || ended_ns >= rows->ended_since_ns)
		tell(rows, &frame->record, frame->monotonic_ns);
}

/*
 * A record of a file that has not ended there: its last image, or what that has become by
 * the entries that came after it.
 */
static void tell_last(struct rows *rows, const struct replay_record *r)
{
	struct record record = r->record;

	if (r->derived)
		derive_age(&record, r->image_ns, rows->replay.moment_ns);
	tell(rows, &record, r->derived ? rows->replay.moment_ns : r->image_ns);
}

/* A record that is evicted before its end has no other row. */
static void tell_evicted(struct rows *rows, const struct frame *frame)
{
	const struct replay_record *r = replay_find(&rows->replay, frame->netns, frame->id);

	if (r && r->record.fixed.flags & TCPLEDGER_REC_LIVE)
		tell_last(rows, r);
}

/* One record may be told as GONE three times: in place of OPEN, of END, and itself. */
static void count_evicted(struct rows *rows, uint64_t id)
{
	if (id_set_has(&rows->ended, id) || id_set_has(&rows->ended_before, id))
		return;
	id_set_add(&rows->ended, id);
	rows->missing++;
}

/* Of what was never read nobody knows whether the filter would have wanted it. */
static bool is_filtered(const struct rows *rows)
{
	return filter_any(&rows->options->filter);
}

static void tell_missing(struct rows *rows)
{
	if (rows->missing == rows->missing_told)
		return;
	fail_note(rows->events->stream.input.path, "load the module with more history, or read "
		  "faster", "%llu records were evicted before their end was read, so their last "
		  "row is missing%s", (unsigned long long)(rows->missing - rows->missing_told),
		  is_filtered(rows) ? " if the filter wants them" : "");
	rows->missing_told = rows->missing;
}

static void tell_lost(struct rows *rows, uint64_t count)
{
	rows->lost += count;
	fail_note(rows->events->stream.input.path, rows->events->live ?
		  "the next snapshot has what ended meanwhile and was not evicted" : WITHOUT_ROWS,
		  "%llu events were lost", (unsigned long long)count);
}

/* In a recorded file the log may be told elsewhere. */
static void tell_end(struct rows *rows, const struct frame *frame)
{
	const struct replay_record *r = NULL;

	if (!rows->events->live)
		r = replay_feed(&rows->replay, frame);
	tell(rows, r ? &r->record : &frame->record, frame->monotonic_ns);
}

static void take_frame(struct rows *rows, const struct frame *frame)
{
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		begin_snapshot(rows, frame);
		break;
	case TCPLEDGER_FRAME_RECORD:
		tell_again(rows, frame);
		break;
	case TCPLEDGER_FRAME_SNAPSHOT_END:
		rows->in_snapshot = false;
		break;
	case TCPLEDGER_FRAME_END:
		tell_end(rows, frame);
		id_set_add(&rows->ended, frame->id);
		return;
	case TCPLEDGER_FRAME_GONE:
		if (rows->events->live)
			count_evicted(rows, frame->id);
		else
			tell_evicted(rows, frame);
		break;
	case TCPLEDGER_FRAME_LOST:
		tell_lost(rows, frame->count);
		break;
	}
	if (!rows->events->live)
		replay_feed(&rows->replay, frame);
}

/* Take what comes before the event with this number, which the snapshot does not tell. */
static void take_until(struct rows *rows, uint64_t seq)
{
	const struct frame *frame;

	while (rows->events->expected < seq && events_next(rows->events, &frame) == STREAM_FRAME) {
		take_frame(rows, frame);
		output_line();
	}
	if (rows->events->expected < seq)
		tell_lost(rows, seq - rows->events->expected);
}

/* Each is read to its end: the next tells only what has ended since this one began. */
static void take_snapshot_if_due(struct rows *rows)
{
	int64_t now = clock_monotonic();
	struct events *fresh;

	if (rows->in_snapshot || now < rows->due_ns)
		return;
	rows->due_ns = now + LIVE_EVERY_NS;
	tell_missing(rows);
	if (!snapshot_possible(rows->events))
		return;
	fresh = snapshot_begin(&rows->snapshot, rows->events);
	if (!fresh) {
		rows->due_ns = now + CLOCK_SECOND;
		return;
	}
	take_until(rows, rows->snapshot.start->seq);
	tell_missing(rows);
	snapshot_end(rows->events);
	rows->events = fresh;
	take_frame(rows, rows->snapshot.start);
}

/* Nobody may read the rows any more: then there is nothing left to do. */
static bool wait_for_events(struct rows *rows)
{
	int64_t left;

	output_flush();
	left = rows->in_snapshot ? CLOCK_SECOND : rows->due_ns - clock_monotonic();
	return interrupt_wait(rows->events->stream.input.fd, true, left > 0 ? left : 0);
}

static enum stream_state read_frames(struct rows *rows)
{
	enum stream_state state = STREAM_FRAME;
	unsigned int n = 0;

	while (!interrupt_came()) {
		const struct frame *frame;

		state = events_next(rows->events, &frame);
		if (state == STREAM_FRAME)
			take_frame(rows, frame);
		else if (state != STREAM_WAIT || !wait_for_events(rows))
			break;
		output_line();
		if (rows->events->live && (state == STREAM_WAIT || !(++n % FRAMES_BETWEEN)))
			take_snapshot_if_due(rows);
	}
	return state;
}

static void tell_living(struct rows *rows)
{
	const struct replay_record *r = NULL;

	while ((r = replay_each(&rows->replay, r)))
		if (r->record.fixed.flags & TCPLEDGER_REC_LIVE)
			tell_last(rows, r);
}

static int fail_unloaded(const struct rows *rows)
{
	output_flush();
	return fail_read(rows->events->stream.input.path, "load it and follow again",
			 "the module was unloaded");
}

static int tell_all(struct rows *rows)
{
	enum stream_state state = read_frames(rows);
	int status;

	if (!rows->events->live)
		tell_living(rows);
	status = state == STREAM_FAILED ? FAIL_WORK : fail_status();
	if (rows->events->live && state == STREAM_ENDED)
		status = fail_unloaded(rows);
	output_flush();
	tell_missing(rows);
	if (rows->lost)
		fail_summary("%llu events were lost in all; " WITHOUT_ROWS,
			     (unsigned long long)rows->lost);
	if (rows->lost || (rows->missing && !is_filtered(rows)))
		return FAIL_WORK;
	return status;
}

/**
 * command_rows - tcpledger follow --rows
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_rows(const struct options *options)
{
	struct rows rows = {
		.options = options, .began_ns = -1, .replay.keep_logs = true,
		.origin.join_key = &rows.key, .origin.with_sequence = options->with_sequence,
		.snapshot.source = &options->source,
	};
	int status = FAIL_NONE;

	if (options->json)
		return fail_usage("follow takes --json or --rows, not both");
	if (options->join_key)
		status = join_key_read(&rows.key, options->join_key);
	if (status)
		return status;
	interrupt_catch();
	rows.events = memory_new(1, sizeof(*rows.events));
	status = events_open(rows.events, &options->source, false);
	rows.due_ns = clock_monotonic() + LIVE_EVERY_NS;
	if (!status)
		status = tell_all(&rows);
	replay_free(&rows.replay);
	snapshot_end(rows.events);
	id_set_free(&rows.ended);
	id_set_free(&rows.ended_before);
	return status;
}
