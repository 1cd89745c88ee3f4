// SPDX-License-Identifier: GPL-2.0
/*
 * The module unloaded again and again under readers of the live stream that sleep in read(),
 * poll(), select() and epoll_wait(), while connections come and go.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ledger/told.h"
#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/module.h"

#define CYCLES	times(10, 300)

static struct load load;

FIXTURE(events_unload) {
};

FIXTURE_SETUP(events_unload)
{
	load.family = AF_INET;
	load.unloads = true;
}

FIXTURE_TEARDOWN(events_unload)
{
}

/**
 * struct sleeper - a thread that waits in its own way and reads until there is no more
 * @thread: it
 * @wait: its way, NULL to sleep in read()
 * @fd: the file
 * @stops: it read STOP
 * @result: what the last read() gave
 * @error: its errno
 * @reads: how many there were
 */
struct sleeper {
	pthread_t thread;
	void (*wait)(int fd);
	int fd;
	bool stops;
	ssize_t result;
	int error;
	atomic_uint reads;
};

static void wait_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, -1) != 1)
		die("poll");
}

static void wait_select(int fd)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	if (select(fd + 1, &set, NULL, NULL, NULL) != 1)
		die("select");
}

static void wait_epoll(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ||
	    epoll_wait(epoll, &event, 1, -1) != 1)
		die("epoll");
	close(epoll);
}

static void (*const ways[])(int fd) = { NULL, wait_poll, wait_select, wait_epoll };
#define WAYS	(sizeof(ways) / sizeof(*ways))

static bool stops(const uint8_t *data, ssize_t n)
{
	const struct tcpledger_frame *last = (const void *)(data + n - sizeof(*last));

	return frames_whole(data, n) && n >= (ssize_t)sizeof(*last) &&
	       last->type == TCPLEDGER_FRAME_STOP && last->size == sizeof(*last);
}

static void *sleeps(void *arg)
{
	static __thread uint8_t data[STREAM_ROOM] __attribute__((aligned(8)));
	struct sleeper *s = arg;

	do {
		if (s->wait)
			s->wait(s->fd);
		s->result = read(s->fd, data, sizeof(data));
		s->error = errno;
		if (s->result > 0)
			s->stops = stops(data, s->result);
		s->reads++;
	} while (s->result > 0 || (s->result < 0 && s->error == EAGAIN));
	return NULL;
}

static void start(struct sleeper *s, void (*wait)(int fd))
{
	memset(s, 0, sizeof(*s));
	s->wait = wait;
	s->fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC | (wait ? O_NONBLOCK : 0));
	if (s->fd < 0 || pthread_create(&s->thread, NULL, sleeps, s))
		die("reader");
}

/* It has read STOP and then the end; or it came too late for that. */
static int judge_sleeper(struct sleeper *s, unsigned int *stopped)
{
	if (pthread_join(s->thread, NULL))
		die("join");
	close(s->fd);
	*stopped += s->stops;
	if ((!s->result && s->stops) || (s->result < 0 && s->error == EIO))
		return 0;
	say("the last read gave %zd (%s), STOP %d", s->result, strerror(s->error), s->stops);
	return 1;
}

/* This test will unload while each kind of reader reads, and one only has the file open. */
TEST_F_TIMEOUT(events_unload, sleepers, 6000)
{
	int before = kernel_taint();
	unsigned int stopped = 0;
	pthread_t traffic;

	traffic = load_start(&load, load_connections);
	for (unsigned int i = 0; i < CYCLES; i++) {
		struct sleeper s[WAYS];
		int idle = open(STREAM_PATH, O_RDONLY | O_CLOEXEC);
		size_t k;

		for (k = 0; k < WAYS; k++)
			start(&s[k], ways[k]);
		for (k = 0; k < WAYS; k++)
			need(s[k].reads > 1 + i % 3, DEADLINE_MS);
		module_unload();
		EXPECT_FALSE(module_has_cache());
		for (k = 0; k < WAYS; k++)
			EXPECT_EQ(0, judge_sleeper(&s[k], &stopped));
		close(idle);
		module_load("");
	}
	load.stop = true;
	load_wait(&traffic, 1);
	EXPECT_EQ(before, kernel_taint());
	/* All had time to read on, as the idle one let the module wait. */
	EXPECT_LE(CYCLES * WAYS / 2, stopped);
	say("%u cycles, %u of %zu readers read STOP, %u connections", CYCLES, stopped,
	    CYCLES * WAYS, load.connections);
}

/* A process that waits for other things than reading waits for ever: nothing else comes. */
static pid_t wait_for_writing(int fd)
{
	fd_set out, except;
	pid_t pid = fork();

	if (pid)
		return pid;
	FD_ZERO(&out);
	FD_SET(fd, &out);
	FD_ZERO(&except);
	FD_SET(fd, &except);
	select(fd + 1, NULL, &out, &except, NULL);
	_exit(0);
}

static bool sleeps_in_select(pid_t pid)
{
	char path[64], text[256] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die("%s", path);
	close(fd);
#ifdef SYS_select
	if (atoi(text) == SYS_select)
		return true;
#endif
	return atoi(text) == SYS_pselect6;
}

/* This test will unload while a select() waits for what never comes. */
TEST_F_TIMEOUT(events_unload, select_for_writing, 6000)
{
	int fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC), status;
	pid_t pid;

	ASSERT_LE(0, fd);
	pid = wait_for_writing(fd);
	ASSERT_LT(0, pid);
	need(sleeps_in_select(pid), DEADLINE_MS);
	module_unload();
	EXPECT_TRUE(sleeps_in_select(pid));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	close(fd);
	module_load("");
}

TEST_HARNESS_MAIN
