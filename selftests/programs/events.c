// SPDX-License-Identifier: GPL-2.0
/*
 * The live stream: what it tells of connections is what the records file has of them in the
 * end, with each entry, and what a reader does not get it is told by number.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/ledger/told.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/history.h"
#include "lib/world/module.h"

#define TIMER_MS	70000	/* 2MSL, and what the kernel's timer wheel adds */

WORLD_FIXTURE(events);

/* This test will follow a connection from its SYN to the end of TIME_WAIT. */
TEST_F_TIMEOUT(events, one_connection, USUAL)
{
	struct stream stream;
	struct told told = { 0 };
	struct pair p;

	stream_open(&stream, true);
	told_take_all(&told, &stream);
	EXPECT_EQ(1, told.frames[TCPLEDGER_FRAME_START]);
	EXPECT_EQ(1, told.frames[TCPLEDGER_FRAME_SNAPSHOT_END]);
	EXPECT_EQ(1, told.next);
	p = pair_open(variant->family);
	pair_close_orderly(&p);
	need(!ledger_stat("records_live"), TIMER_MS);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_EQ(2, told.frames[TCPLEDGER_FRAME_OPEN]);
	EXPECT_EQ(2, told.frames[TCPLEDGER_FRAME_END]);
	EXPECT_EQ(0, told.frames[TCPLEDGER_FRAME_RECORD] + told.frames[TCPLEDGER_FRAME_GONE]);
	EXPECT_EQ(told.events, ledger_stat("stream_events"));
	EXPECT_EQ(1, ledger_stat("stream_readers"));
	stream_close(&stream);
	EXPECT_EQ(0, ledger_stat("stream_readers"));
	told_free(&told);
}

/* This test will read while connections that were there before go on and others come. */
TEST_F_TIMEOUT(events, snapshot, USUAL)
{
	struct pair open = pair_open(variant->family), p;
	struct stream stream;
	struct told told = { 0 };

	make_history(variant->family, 5);
	stream_open(&stream, true);
	stream.piece = TCPLEDGER_FRAME_MAX;
	for (int i = 0; i < 3; i++)
		told_take(&told, stream_next(&stream));
	p = pair_open(variant->family);
	pair_close_orderly(&open);
	make_history(variant->family, 5);
	pair_close_orderly(&p);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_LE(12, told.frames[TCPLEDGER_FRAME_RECORD]);
	EXPECT_EQ(1, told.list[1].opens);
	need(!ledger_stat("records_live"), TIMER_MS);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	stream_close(&stream);
	told_free(&told);
}

/*
 * This test will read in the short forms, which tell the same with less, and be asked for
 * something else.
 */
TEST_F_TIMEOUT(events, brief, USUAL)
{
	struct pair open = pair_open(variant->family), p;
	const union frame *frame;
	static struct stream stream, small, whole;
	struct told told = { 0 }, little = { 0 }, other = { 0 };

	stream_open_brief(&small, true);
	told_take_all(&little, &small);	/* records with their logs */
	small.piece = sizeof(frame->record);
	stream_open_brief(&stream, true);
	stream_open(&whole, true);
	told_take_all(&told, &stream);
	told_take_all(&other, &whole);
	EXPECT_EQ(-1, ioctl(stream.fd, TCPLEDGER_IOC_BRIEF + 1));
	EXPECT_EQ(ENOTTY, errno);
	p = pair_open(variant->family);
	pair_close_orderly(&open);
	pair_close_orderly(&p);
	make_history(variant->family, 20);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	need(!ledger_stat("records_live"), TIMER_MS);
	while ((frame = stream_next(&stream))) {
		if (frame->frame.type == TCPLEDGER_FRAME_END)
			EXPECT_EQ(sizeof(frame->record), frame->frame.size);
		told_take(&told, frame);
	}
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_EQ(0, told_judge_all(&other, &whole));
	EXPECT_EQ(0, told_judge_all(&little, &small));
	EXPECT_EQ(0, told.frames[TCPLEDGER_FRAME_ENTRY] + told.frames[TCPLEDGER_FRAME_AMEND]);
	EXPECT_LT(0, told.frames[TCPLEDGER_FRAME_ENTRIES]);
	EXPECT_EQ(0, other.frames[TCPLEDGER_FRAME_ENTRIES]);
	EXPECT_EQ(told.next, other.next);
	EXPECT_EQ(told.events, other.events);
	EXPECT_EQ(told.events, little.events);
	stream_close(&whole);
	stream_close(&small);
	stream_close(&stream);
	told_free(&other);
	told_free(&little);
	told_free(&told);
}

/* This test will see an incoming segment told at once, and later that TCP took it. */
TEST_F_TIMEOUT(events, amended, USUAL)
{
	const union frame *frame;
	struct stream stream;
	struct peer peer;

	stream_open(&stream, false);
	close(wire_established(&self->world, &peer));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	need(!stream_next(&stream), DEADLINE_MS);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	frame = stream_skip_to(&stream, TCPLEDGER_FRAME_ENTRY);
	EXPECT_EQ(TCPLEDGER_ENTRY_IN, frame->entry.entry.type);
	EXPECT_EQ(TCPLEDGER_FIN | TCPLEDGER_ACK, frame->entry.entry.flags);
	EXPECT_EQ(0, frame->entry.entry.bits);
	frame = stream_next(&stream);
	ASSERT_NE(NULL, frame);
	EXPECT_EQ(TCPLEDGER_FRAME_AMEND, frame->frame.type);
	EXPECT_EQ(TCPLEDGER_ENTRY_IN, frame->entry.entry.type);
	EXPECT_EQ(TCPLEDGER_SEG_ACCEPTED, frame->entry.entry.bits);
	stream_close(&stream);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
}

/* This test will send a FIN again after the end, so that another END follows. */
TEST_F_TIMEOUT(events, after_the_end, USUAL)
{
	struct stream stream;
	struct told told = { 0 };
	struct segment fin;
	struct peer peer;
	int fd;

	stream_open(&stream, false);
	fd = wire_established(&self->world, &peer);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	close(fd);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	fin = peer_fin_again(&peer);
	peer_send(&peer, SEG_ACK, 0);
	need(record_over(&peer), DEADLINE_MS);
	told_take_all(&told, &stream);
	EXPECT_EQ(1, told.frames[TCPLEDGER_FRAME_END]);
	wire_send(peer.wire, &fin);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	/* The FIN, and the RST that answers it. */
	EXPECT_EQ(3, told.frames[TCPLEDGER_FRAME_END]);
	stream_close(&stream);
	told_free(&told);
}

/* This test will probe the size of each frame: less room is refused, and nothing lost. */
TEST_F_TIMEOUT(events, too_small, USUAL)
{
	static struct stream stream;
	struct told told = { 0 };
	ssize_t n;

	make_history(variant->family, 1);
	stream_open(&stream, true);
	/* From START on events are numbered. */
	stream.piece = sizeof(struct tcpledger_frame_start);
	told_take(&told, stream_next(&stream));
	make_history(variant->family, 1);
	for (;;) {
		size_t size = 0;

		do {
			size += sizeof(uint64_t);
			n = read(stream.fd, stream.data, size);
		} while (n < 0 && errno == EINVAL && size < TCPLEDGER_FRAME_MAX);
		if (n < 0)
			break;
		ASSERT_EQ((ssize_t)size, n);
		ASSERT_EQ(size, ((union frame *)stream.data)->frame.size);
		told_take(&told, (union frame *)stream.data);
	}
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_LT(20, told.events);
	stream_close(&stream);
	told_free(&told);
}

/* This test will read in pieces from one frame up, and get the same events each time. */
TEST_F_TIMEOUT(events, pieces, USUAL)
{
	static const size_t pieces[] = {
		TCPLEDGER_FRAME_MAX, TCPLEDGER_FRAME_MAX + 1, 4096, 10007, STREAM_ROOM
	};
	const size_t n = sizeof(pieces) / sizeof(*pieces);
	static struct stream streams[sizeof(pieces) / sizeof(*pieces)];
	struct told told[sizeof(pieces) / sizeof(*pieces)] = { 0 };

	for (size_t i = 0; i < n; i++) {
		stream_open(&streams[i], true);
		streams[i].piece = pieces[i];
		told_take_all(&told[i], &streams[i]);
	}
	make_history(variant->family, 20);
	for (size_t i = 0; i < n; i++) {
		EXPECT_EQ(0, told_judge_all(&told[i], &streams[i]));
		EXPECT_EQ(ledger_stat("stream_events"), told[i].events);
		stream_close(&streams[i]);
		told_free(&told[i]);
	}
	EXPECT_EQ(0, ledger_stat("stream_lost"));
}

/* This test will read into memory that is not there, wholly or behind the first frame. */
TEST_F_TIMEOUT(events, bad_memory, USUAL)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	struct stream stream;
	struct told told = { 0 };
	uint8_t *memory;

	memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, mprotect(memory + page, page, PROT_NONE));
	stream_open(&stream, true);
	EXPECT_EQ(-1, read(stream.fd, memory + page, page));
	EXPECT_EQ(EFAULT, errno);
	stream.piece = sizeof(struct tcpledger_frame_start);
	told_take(&told, stream_next(&stream));
	make_history(variant->family, 3);
	for (;;) {
		const union frame *frame = (void *)(memory + page - sizeof(frame->start));
		ssize_t n = read(stream.fd, (void *)frame, page);

		/* Frames longer than START do not fit, shorter ones do. */
		if (n < 0 && errno == EFAULT) {
			n = read(stream.fd, memory, page);
			frame = (void *)memory;
		}
		if (n < 0)
			break;
		ASSERT_TRUE(frames_whole((void *)frame, n));
		for (ssize_t at = 0; at < n;) {
			const union frame *next = (void *)((uint8_t *)frame + at);

			told_take(&told, next);
			at += next->frame.size;
		}
	}
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_EQ(ledger_stat("stream_events"), told.events);
	stream_close(&stream);
	told_free(&told);
	munmap(memory, 2 * page);
}

/* This test will seek to both ends, at first and later; nothing else can be sought. */
TEST_F_TIMEOUT(events, seek, USUAL)
{
	static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	struct stream stream;
	struct told told = { 0 };

	stream_open(&stream, true);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(-1, lseek(stream.fd, i == 1 ? 0 : 1, whence[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	make_history(variant->family, 1);
	ASSERT_EQ(0, lseek(stream.fd, 0, SEEK_END));
	told_take_all(&told, &stream);
	EXPECT_EQ(1, told.frames[TCPLEDGER_FRAME_START]);
	EXPECT_EQ(0, told.frames[TCPLEDGER_FRAME_SNAPSHOT_END] + told.events);
	EXPECT_EQ(ledger_stat("stream_events") + 1, told.next);
	make_history(variant->family, 1);
	told_take_all(&told, &stream);
	EXPECT_EQ(2, told.frames[TCPLEDGER_FRAME_OPEN]);
	ASSERT_EQ(0, lseek(stream.fd, 0, SEEK_SET));
	EXPECT_EQ(0, told_judge_all(&told, &stream));
	EXPECT_EQ(4, told.frames[TCPLEDGER_FRAME_RECORD]);
	EXPECT_EQ(2, told.frames[TCPLEDGER_FRAME_START]);
	EXPECT_EQ(0, told.lost);
	stream_close(&stream);
	told_free(&told);
}

/* This test will let all readers go and come again: numbers begin anew in another epoch. */
TEST_F_TIMEOUT(events, epochs, USUAL)
{
	static struct stream first, second;
	struct pair p = pair_open(variant->family);

	for (uint64_t epoch = 1; epoch <= 3; epoch++) {
		struct told told = { 0 }, other = { 0 };

		stream_open(&first, true);
		told_take_all(&told, &first);
		make_history(variant->family, 2);
		EXPECT_EQ(0, told_judge_all(&told, &first));
		stream_open(&second, true);
		told_take_all(&other, &second);
		make_history(variant->family, 2);
		EXPECT_EQ(0, told_judge_all(&other, &second));
		EXPECT_EQ(0, told_judge_all(&told, &first));
		EXPECT_EQ(epoch, told.epoch);
		EXPECT_EQ(epoch, other.epoch);
		EXPECT_EQ(1, told.begun);
		EXPECT_LT(1, other.begun);
		EXPECT_EQ(told.next, other.next);
		EXPECT_EQ(0, told.list[1].opens);
		stream_close(&first);
		stream_close(&second);
		/* Nobody is told of this, but it is in the next snapshot. */
		make_history(variant->family, 1);
		told_free(&told);
		told_free(&other);
	}
	pair_close_orderly(&p);
}

/* This test will have more epochs than a record has names for, and go on in the first. */
TEST_F_TIMEOUT(events, many_epochs, USUAL)
{
	static struct stream stream;
	struct pair p = pair_open(variant->family);
	unsigned int epoch;

	for (epoch = 1; epoch <= 300; epoch++) {
		struct told told = { 0 };

		stream_open_brief(&stream, true);
		told_take_all(&told, &stream);
		EXPECT_EQ(epoch, told.epoch);
		EXPECT_EQ(1, told.begun);
		/* The record was told of in epochs 1 and 256, with one name, and not between. */
		if (epoch == 1 || epoch >= 256) {
			sock_send(p.client, 10, 0);
			ASSERT_EQ(10, sock_receive(p.server, 10));
			make_history(variant->family, 1);
		}
		if (epoch == 257)
			pair_close_orderly(&p);
		if (epoch == 1 || epoch >= 256)
			EXPECT_EQ(0, told_judge_all(&told, &stream));
		if (epoch == 257)
			p = pair_open(variant->family);
		stream_close(&stream);
		told_free(&told);
	}
	pair_close_orderly(&p);
}

/* Both ends end, one of them in TIME_WAIT, and nothing is left that keeps a namespace. */
static void make_timewait(int family, int n)
{
	while (n--) {
		struct pair p = pair_open(family);

		pair_close_orderly(&p);
		close(p.listener);
	}
}

static unsigned int count_of(const struct told *told, uint64_t inode, bool in_time_wait)
{
	unsigned int n = 0;

	for (size_t i = 0; i < told->n; i++) {
		const struct told_record *r = &told->list[i];

		n += r->ended && r->record.netns == inode && r->opens == 1 &&
		     (!in_time_wait || r->record.tw_exit == TCPLEDGER_EXIT_NETNS);
	}
	return n;
}

/*
 * This test will leave a namespace that a reader still has open, which keeps it; and then let
 * it die, so that the initial one's reader gets its records, with numbers from there.
 */
TEST_F_TIMEOUT(events, inherited, USUAL)
{
	static struct stream here, there;
	struct told told = { 0 }, other = { 0 };
	struct world *world = &self->world;
	const int space = world_add_space(world);
	const uint64_t inode = world->space[space].inode;

	make_timewait(variant->family, 3);
	stream_open(&there, true);
	told_take_all(&other, &there);
	EXPECT_EQ(6, other.frames[TCPLEDGER_FRAME_RECORD]);
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	stream_open(&here, true);
	told_take_all(&told, &here);
	world_enter(world, 0);
	world_leave_space(world, space);
	/* It is as it was for whoever has it open: also what ends by time ends there. */
	need(({ told_take_all(&other, &there); other.frames[TCPLEDGER_FRAME_END] >= 3; }),
	     TIMER_MS);
	EXPECT_EQ(0, other.frames[TCPLEDGER_FRAME_GONE] + other.frames[TCPLEDGER_FRAME_STOP]);
	told_take_all(&told, &here);
	EXPECT_EQ(0, count_of(&told, inode, false));
	stream_close(&there);
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(({ told_take_all(&told, &here); count_of(&told, inode, false) == 6; }), DEADLINE_MS);
	EXPECT_EQ(0, count_of(&told, inode, true));
	EXPECT_EQ(0, told_judge_all(&told, &here));
	stream_close(&here);
	told_free(&told);
	told_free(&other);
	ASSERT_EQ(0, setns(world->space[0].fd, CLONE_NEWNET));
}

/* This test will let a namespace die in which connections are in TIME_WAIT. */
TEST_F_TIMEOUT(events, inherited_timewait, USUAL)
{
	static struct stream here;
	struct told told = { 0 };
	struct world *world = &self->world;
	const int space = world_add_space(world);
	const uint64_t inode = world->space[space].inode;

	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	stream_open_brief(&here, true);
	told_take_all(&told, &here);
	ASSERT_EQ(0, setns(world->space[space].fd, CLONE_NEWNET));
	make_timewait(variant->family, 3);
	world_enter(world, 0);
	world_leave_space(world, space);
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(({ told_take_all(&told, &here); count_of(&told, inode, false) == 6; }), DEADLINE_MS);
	EXPECT_EQ(3, count_of(&told, inode, true));
	EXPECT_EQ(0, told_judge_all(&told, &here));
	stream_close(&here);
	told_free(&told);
	ASSERT_EQ(0, setns(world->space[0].fd, CLONE_NEWNET));
}

/* This test will connect in one namespace and read in another. */
TEST_F_TIMEOUT(events, namespaces, USUAL)
{
	static struct stream here, there;
	struct told told = { 0 }, other = { 0 };
	int space = world_add_space(&self->world);

	world_enter(&self->world, 0);
	stream_open(&here, true);
	told_take_all(&told, &here);
	world_enter(&self->world, space);
	stream_open(&there, true);
	told_take_all(&other, &there);
	make_history(variant->family, 3);
	EXPECT_EQ(0, told_judge_all(&other, &there));
	EXPECT_EQ(6, other.frames[TCPLEDGER_FRAME_OPEN]);
	world_enter(&self->world, 0);
	told_take_all(&told, &here);
	EXPECT_EQ(0, told.events + told.frames[TCPLEDGER_FRAME_RECORD]);
	make_history(variant->family, 2);
	EXPECT_EQ(0, told_judge_all(&told, &here));
	EXPECT_EQ(4, told.frames[TCPLEDGER_FRAME_OPEN]);
	EXPECT_EQ(NULL, stream_next(&there));
	stream_close(&here);
	stream_close(&there);
	told_free(&told);
	told_free(&other);
}

TEST_HARNESS_MAIN
