// SPDX-License-Identifier: GPL-2.0
/*
 * What a reader of the live stream does not get: records that were evicted, and events that
 * it was too slow for. It is told by number, and other readers get all.
 */
#include <unistd.h>

#include "lib/ledger/told.h"
#include "lib/test.h"
#include "lib/world/history.h"
#include "lib/world/module.h"

#define SMALL	128	/* the smallest ring, in events */

WORLD_FIXTURE(events_lost);

/* This test will evict records while a reader looks: each of them is told to be gone. */
TEST_F_TIMEOUT(events_lost, gone, USUAL)
{
	struct stream stream;
	struct told told = { 0 };

	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=256 history=8");
	make_history(variant->family, 4);
	stream_open(&stream, true);
	told_take_all(&told, &stream);
	EXPECT_EQ(8, told.frames[TCPLEDGER_FRAME_RECORD]);
	for (int i = 0; i < 10; i++) {
		make_history(variant->family, 1);
		told_take_all(&told, &stream);
	}
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_EQ(20, told.frames[TCPLEDGER_FRAME_GONE]);
	EXPECT_EQ(20, ledger_stat("evicted_history"));
	told_free(&told);
	/* Read late, most of what was opened is gone, and nothing else is missing. */
	ASSERT_EQ(0, lseek(stream.fd, 0, SEEK_END));
	make_history(variant->family, 20);
	told_take_all(&told, &stream);
	EXPECT_EQ(8, told.frames[TCPLEDGER_FRAME_OPEN]);
	EXPECT_LE(8, told.frames[TCPLEDGER_FRAME_END]);
	EXPECT_LE(40 + 32 + 32, told.frames[TCPLEDGER_FRAME_GONE]);
	EXPECT_EQ(0, told.wrong);
	stream_close(&stream);
	told_free(&told);
}

/* This test will lose events of the short forms: from then on END has the log. */
TEST_F_TIMEOUT(events_lost, brief, USUAL)
{
	static struct stream slow;
	struct told told = { 0 };
	const union frame *frame;
	unsigned int whole = 0, without = 0;

	module_reload("events=128");
	stream_open_brief(&slow, true);
	told_take_all(&told, &slow);
	make_history(variant->family, 1);
	while ((frame = stream_next(&slow))) {
		without += frame->frame.type == TCPLEDGER_FRAME_END && !frame_log_n(frame);
		told_take(&told, frame);
	}
	EXPECT_LE(1, without);
	EXPECT_EQ(0, told.lost);
	make_history(variant->family, 20);
	while ((frame = stream_next(&slow))) {
		if (frame->frame.type == TCPLEDGER_FRAME_END) {
			EXPECT_EQ(frame->record.record.log_n, frame_log_n(frame));
			whole++;
		}
		told_take(&told, frame);
	}
	EXPECT_LE(1, whole);
	EXPECT_LT(0, told.lost);
	/* A fresh snapshot makes up for the loss. */
	ASSERT_EQ(0, lseek(slow.fd, 0, SEEK_SET));
	told_take_all(&told, &slow);
	make_history(variant->family, 1);
	without = 0;
	while ((frame = stream_next(&slow))) {
		without += frame->frame.type == TCPLEDGER_FRAME_END && !frame_log_n(frame);
		told_take(&told, frame);
	}
	EXPECT_LE(1, without);
	EXPECT_EQ(0, told.wrong);
	stream_close(&slow);
	told_free(&told);
}

/* This test will keep a reader from reading: it is told what it lost, and another loses nothing. */
TEST_F_TIMEOUT(events_lost, lost, USUAL)
{
	static struct stream slow, quick;
	struct told told = { 0 }, all = { 0 };
	const union frame *frame;
	uint64_t n;

	module_reload("events=128");
	stream_open(&slow, false);
	stream_open(&quick, true);
	told_take_all(&told, &slow);
	told_take_all(&all, &quick);
	for (int i = 0; i < 20; i++) {
		make_history(variant->family, 1);
		told_take_all(&all, &quick);
	}
	EXPECT_EQ(0, told_judge_all(&all, &quick));
	EXPECT_EQ(0, all.lost);
	n = ledger_stat("stream_events");
	EXPECT_EQ(n, all.events);
	EXPECT_LT(2 * SMALL, n);
	frame = stream_next(&slow);
	ASSERT_NE(NULL, frame);
	EXPECT_EQ(TCPLEDGER_FRAME_LOST, frame->frame.type);
	EXPECT_EQ(1, frame->count.first);
	EXPECT_EQ(n - SMALL, frame->count.n);
	EXPECT_EQ(n - SMALL + 1, frame->frame.seq);
	told_take(&told, frame);
	told_take_all(&told, &slow);
	EXPECT_EQ(SMALL, told.events);
	EXPECT_EQ(n, told.events + told.lost);
	EXPECT_EQ(all.next, told.next);
	EXPECT_EQ(0, told.wrong);
	EXPECT_EQ(n - SMALL, ledger_stat("stream_lost"));
	stream_close(&slow);
	stream_close(&quick);
	told_free(&told);
	told_free(&all);
}

/* This test will let a reader sleep for ever longer, until the ring is full and then beyond. */
TEST_F_TIMEOUT(events_lost, brim, USUAL)
{
	struct stream stream;
	bool fitted = false, overflowed = false;

	module_reload("events=128");
	stream_open(&stream, false);
	for (int i = 1; i < 9; i++) {
		struct told told = { 0 };
		uint64_t n = ledger_stat("stream_events");

		ASSERT_EQ(0, lseek(stream.fd, 0, SEEK_END));
		make_history(variant->family, i);
		n = ledger_stat("stream_events") - n;
		told_take_all(&told, &stream);
		EXPECT_EQ(n > SMALL ? n - SMALL : 0, told.lost);
		EXPECT_EQ(n, told.events + told.lost);
		EXPECT_EQ(0, told.wrong);
		fitted |= n < SMALL;
		overflowed |= n > SMALL;
		told_free(&told);
	}
	EXPECT_TRUE(fitted);
	EXPECT_TRUE(overflowed);
	stream_close(&stream);
}

TEST_HARNESS_MAIN
