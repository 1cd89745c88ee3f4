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
 * A recorded file is read to its end; what lives then is told as it was last known.
 */
#include "commands/rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/interrupt.h"
#include "base/output.h"
#include "commands/options.h"
#include "meaning/join_key.h"
#include "present/print/row.h"
#include "read/derive.h"
#include "read/events.h"
#include "read/moment.h"
#include "read/replay.h"

#define NS_PER_SECOND	1000000000LL
#define LIVE_EVERY_NS	(60 * NS_PER_SECOND)
#define LIVE_EARLY_NS	NS_PER_SECOND		/* a snapshot may begin so much too early */
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

/* Frames between two looks at the clock, where there is always one more to read. */
#define FRAMES_BETWEEN	256

/**
 * struct rows - rows in the making
 * @options: what is asked for
 * @key: of the hash that joins both ends
 * @origin: where the rows are from
 * @events: the frames
 * @replay: of a recorded file, the records
 * @began_ns: when the last snapshot began, -1 before the first
 * @ended_since_ns: what ended earlier than this has been told
 * @told_live_ns: the snapshot out of which the living were told
 * @due_ns: when the next snapshot is due
 * @tells_live: this snapshot is one
 * @asked: a snapshot was asked for and has not begun
 */
struct rows {
	const struct options	*options;
	struct join_key		key;
	struct row_origin	origin;
	struct events		events;
	struct replay		replay;
	int64_t			began_ns;
	int64_t			ended_since_ns;
	int64_t			told_live_ns;
	int64_t			due_ns;
	bool			tells_live;
	bool			asked;
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
		if (rows->events.live)
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

	rows->asked = false;
	rows->origin.start = *start;
	snprintf(rows->origin.host, sizeof(rows->origin.host), "%s", start->host);
	if (!*rows->origin.host && rows->events.live)
		gethostname(rows->origin.host, sizeof(rows->origin.host) - 1);
	set_boot_id(rows);
	rows->ended_since_ns = first ? -1 : rows->began_ns;
	rows->began_ns = start->monotonic_ns;
	rows->tells_live = rows->events.live &&
			   (first || rows->began_ns - rows->told_live_ns >=
					     LIVE_EVERY_NS - LIVE_EARLY_NS);
	if (rows->tells_live)
		rows->told_live_ns = rows->began_ns;
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

static void tell_lost(struct rows *rows, const struct frame *frame)
{
	if (rows->asked && !frame->bytes)
		return;		/* events before the snapshot that was asked for, which has them */
	fail_note(rows->events.stream.input.path,
		  "the next snapshot has what ended meanwhile and was not evicted",
		  "%llu events were lost", (unsigned long long)frame->count);
}

/* In a recorded file the log may be told elsewhere. */
static void tell_end(struct rows *rows, const struct frame *frame)
{
	const struct replay_record *r = NULL;

	if (!rows->events.live)
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
	case TCPLEDGER_FRAME_END:
		tell_end(rows, frame);
		return;
	case TCPLEDGER_FRAME_GONE:
		if (!rows->events.live)
			tell_evicted(rows, frame);
		break;
	case TCPLEDGER_FRAME_LOST:
		tell_lost(rows, frame);
		break;
	}
	if (!rows->events.live)
		replay_feed(&rows->replay, frame);
}

/*
 * Ask for a snapshot if it is due. All that was read has been taken. What has not been
 * read yet the snapshot has, so its beginning skips nothing that a row needs.
 */
static void ask_for_snapshot(struct rows *rows, int64_t due_ns)
{
	int64_t now = clock_monotonic();

	if (now < due_ns)
		return;
	rows->asked = lseek(rows->events.stream.input.fd, 0, SEEK_SET) == 0;
	rows->due_ns = now + LIVE_EVERY_NS;
}

/* Nobody may read the rows any more: then there is nothing left to do. */
static bool wait_for_events(struct rows *rows)
{
	int64_t left;

	output_flush();
	ask_for_snapshot(rows, rows->due_ns);
	left = rows->due_ns - clock_monotonic();
	return interrupt_wait(rows->events.stream.input.fd, true, left > 0 ? left : 0);
}

static enum stream_state read_frames(struct rows *rows)
{
	enum stream_state state = STREAM_FRAME;
	unsigned int n = 0;

	while (!interrupt_came()) {
		const struct frame *frame;

		state = events_next(&rows->events, &frame);
		if (state == STREAM_FRAME)
			take_frame(rows, frame);
		else if (state != STREAM_WAIT || !wait_for_events(rows))
			break;
		output_line();
		/* A minute late it is asked for also where there always is more to read. */
		if (rows->events.live && !(++n % FRAMES_BETWEEN))
			ask_for_snapshot(rows, rows->due_ns + LIVE_EVERY_NS);
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
	return fail_read(rows->events.stream.input.path, "load it and follow again",
			 "the module was unloaded");
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
	};
	enum stream_state state;
	int status = FAIL_NONE;

	if (options->json)
		return fail_usage("follow takes --json or --rows, not both");
	if (options->join_key)
		status = join_key_read(&rows.key, options->join_key);
	if (status)
		return status;
	interrupt_catch();
	status = events_open(&rows.events, &options->source, false);
	rows.due_ns = clock_monotonic() + LIVE_EVERY_NS;
	if (!status) {
		state = read_frames(&rows);
		if (!rows.events.live)
			tell_living(&rows);
		status = state == STREAM_FAILED ? FAIL_WORK : fail_status();
		if (rows.events.live && state == STREAM_ENDED)
			status = fail_unloaded(&rows);
	}
	replay_free(&rows.replay);
	events_close(&rows.events);
	return status;
}
