// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of the live stream of every temper, while connections come and go on two CPUs:
 * each stream is complete or names exactly what it lost.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ledger/told.h"
#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/module.h"

#define CONNECTIONS	times(1000, 20000)
#define OPENINGS	times(400, 10000)
#define THREADS		2
#define ROOM		"max_connections=131072 history=131072"	/* nothing is evicted */
#define LONG_MS		3000000
#define SLOW_US		20000	/* between two reads of the slow one */

static struct load load;

FIXTURE(events_load) {
};

FIXTURE_SETUP(events_load)
{
	memset(&load, 0, sizeof(load));
	load.family = AF_INET;
}

FIXTURE_TEARDOWN(events_load)
{
}

/**
 * struct reader - a thread that reads
 * @thread: it
 * @stream: its file
 * @told: what it was told
 * @pause_us: between two reads
 * @piece: bytes that it reads at once
 * @stop: read what there is and end
 */
struct reader {
	pthread_t thread;
	struct stream stream;
	struct told told;
	unsigned int pause_us;
	size_t piece;
	atomic_bool stop;
};

static void *reads(void *arg)
{
	struct reader *r = arg;
	bool last;

	do {
		const union frame *frame;

		last = r->stop;
		/* The quick ones sleep in poll(), and are woken. */
		frame = r->pause_us ? stream_next(&r->stream) : stream_wait(&r->stream, 100);
		for (; frame; frame = stream_next(&r->stream)) {
			told_take(&r->told, frame);
			if (r->pause_us && r->stream.at == r->stream.len && !last)
				usleep(r->pause_us);
		}
	} while (!last);
	return NULL;
}

static struct reader *start(size_t piece, unsigned int pause_us)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		die("no memory");
	stream_open(&r->stream, true);
	r->stream.piece = piece;
	r->pause_us = pause_us;
	told_take(&r->told, stream_next(&r->stream));
	if (pthread_create(&r->thread, NULL, reads, r))
		die("thread");
	return r;
}

static void finish(struct reader *r)
{
	r->stop = true;
	if (pthread_join(r->thread, NULL))
		die("join");
}

static void end(struct reader *r)
{
	stream_close(&r->stream);
	told_free(&r->told);
	free(r);
}

static void *opens_and_closes(void *unused)
{
	for (unsigned int i = 0; i < OPENINGS; i++) {
		int fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		char buf[sizeof(struct tcpledger_frame_start)];

		if (fd < 0)
			die("open " STREAM_PATH);
		if (i % 4 == 3 && read(fd, buf, sizeof(buf)) != sizeof(buf))
			die("read " STREAM_PATH);
		close(fd);
	}
	return NULL;
}

/* A reader that ends while it reads. */
static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		static char buf[STREAM_ROOM];
		int fd;

		/* Sockets that it shares would not close when their thread closes them. */
		close_range(3, ~0U, 0);
		fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC);
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		_exit(1);
	}
	return pid;
}

static void kill_victim(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		die("the reader ended with status %#x before it was killed", status);
}

/* A namespace of its own, with room for all its records. */
static void begin(const char *parameters)
{
	module_reload(parameters);
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
}

/* Connections on all CPUs, while readers come and go that only open, or are killed. */
static void run_load(void)
{
	pthread_t traffic[THREADS], opener;
	int i;

	for (i = 0; i < THREADS; i++)
		traffic[i] = load_start(&load, load_connections);
	opener = load_start(&load, opens_and_closes);
	for (i = 1; i <= 3; i++) {
		pid_t victim = start_victim();

		need(load.connections >= i * CONNECTIONS / 4, LONG_MS);
		kill_victim(victim);
	}
	load_wait(&opener, 1);
	need(load.connections >= CONNECTIONS, LONG_MS);
	load.stop = true;
	load_wait(traffic, THREADS);
}

/* What came and what was lost is all there was since the reader began. */
static int judge_numbers(struct reader *r, const char *name)
{
	struct told *told = &r->told;
	uint64_t all;

	/* The last connections are in TIME_WAIT, which ends while this looks. */
	do {
		all = ledger_stat("stream_events");
		told_take_all(told, &r->stream);
	} while (all != (uint64_t)ledger_stat("stream_events"));
	say("%s: %llu events, %llu lost, in %u pieces", name, (unsigned long long)told->events,
	    (unsigned long long)told->lost, told->frames[TCPLEDGER_FRAME_LOST]);
	if (told->begun - 1 + told->events + told->lost != all) {
		say("%s: that is not what there was, %llu since %llu", name,
		    (unsigned long long)all, (unsigned long long)told->begun);
		return told->wrong + 1;
	}
	return told->wrong;
}

/* This test will let readers of each temper read a stream that holds much too little for some. */
TEST_F_TIMEOUT(events_load, too_slow, 3000)
{
	struct reader *quick, *slow, *asleep;

	begin(ROOM " events=4096");
	quick = start(STREAM_ROOM, 0);
	slow = start(TCPLEDGER_FRAME_MAX, SLOW_US);
	asleep = start(STREAM_ROOM, 0);
	finish(asleep);
	told_take_all(&asleep->told, &asleep->stream);
	EXPECT_EQ(0, asleep->told.lost);
	run_load();
	finish(quick);
	finish(slow);
	EXPECT_EQ(0, judge_numbers(quick, "quick"));
	EXPECT_EQ(0, judge_numbers(slow, "slow"));
	EXPECT_EQ(0, judge_numbers(asleep, "asleep"));
	EXPECT_LT(0, slow->told.lost);
	EXPECT_LT(0, asleep->told.lost);
	EXPECT_EQ(1, asleep->told.epoch);
	EXPECT_EQ(1, quick->told.epoch);
	EXPECT_LE(2 * CONNECTIONS, ledger_stat("records_created"));
	say("%u connections", load.connections);
	end(quick);
	end(slow);
	end(asleep);
}

/* This test will let them read a stream that holds enough for all: nobody misses an entry. */
TEST_F_TIMEOUT(events_load, complete, 3000)
{
	struct reader *quick, *slow;

	begin(times(0, 1) ? ROOM " events=2097152" : ROOM " events=131072");
	quick = start(STREAM_ROOM, 0);
	slow = start(4096, SLOW_US);
	run_load();
	finish(quick);
	finish(slow);
	EXPECT_EQ(0, judge_numbers(quick, "quick"));
	EXPECT_EQ(0, judge_numbers(slow, "slow"));
	EXPECT_EQ(0, quick->told.lost + slow->told.lost);
	EXPECT_EQ(0, told_judge_all(&quick->told, &quick->stream));
	EXPECT_EQ(0, told_judge_all(&slow->told, &slow->stream));
	EXPECT_EQ(2 * load.connections, ledger_stat("records_total"));
	EXPECT_EQ(2 * load.connections, quick->told.frames[TCPLEDGER_FRAME_OPEN]);
	end(quick);
	end(slow);
}

TEST_HARNESS_MAIN
