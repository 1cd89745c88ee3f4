// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for events, in each way that there is, and what a waiting reader gets when the
 * module is unloaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/async.h"
#include "lib/ledger/told.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define SHORT_MS	50	/* longer than a wake-up is put off */

WORLD_FIXTURE(events_wait);

/* Return: an event of the file that is new since, or -1 when the time is over */
typedef int wait_fn(int fd, int ms);

static int by_poll(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = poll(&p, 1, ms);

	return n == 1 ? p.revents : -1;
}

static int by_select(int fd, int ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &time) == 1 ? POLLIN : -1;
}

static int by_epoll(int fd, int ms)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), n;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
	n = epoll_wait(epoll, &event, 1, ms);
	close(epoll);
	return n == 1 ? (int)event.events : -1;
}

/* The first three every kernel has. */
static wait_fn *const ways[] = { by_poll, by_select, by_epoll, async_by_aio, async_by_uring };
#define WAYS	(sizeof(ways) / sizeof(*ways))

static bool is_there(wait_fn *way)
{
	if (way == async_by_aio && !async_has_aio()) {
		say("no aio in this kernel");
		return false;
	}
	if (way == async_by_uring && !async_has_uring()) {
		say("no io_uring in this kernel");
		return false;
	}
	return true;
}

/**
 * struct waiter - a thread that waits
 * @thread: it
 * @fd: what for
 * @way: how, NULL for a read that blocks
 * @waits: it is about to
 * @result: what it got: events, or bytes; -1 for an error
 * @error: errno of a read
 * @data: frames that a read gave
 */
struct waiter {
	pthread_t thread;
	int fd;
	wait_fn *way;
	atomic_bool waits;
	int result;
	int error;
	uint8_t data[TCPLEDGER_FRAME_MAX] __attribute__((aligned(8)));
};

static uint16_t type_of(const struct waiter *w)
{
	return ((const union frame *)w->data)->frame.type;
}

static void on_signal(int number)
{
}

static void *waits(void *arg)
{
	struct waiter *w = arg;

	w->waits = true;
	if (w->way) {
		w->result = w->way(w->fd, DEADLINE_MS);
		return NULL;
	}
	w->result = read(w->fd, w->data, sizeof(w->data));
	w->error = errno;
	return NULL;
}

static void start(struct waiter *w, int fd, wait_fn *way)
{
	*w = (struct waiter){ .fd = fd, .way = way };
	if (pthread_create(&w->thread, NULL, waits, w))
		die("thread");
	need(w->waits, DEADLINE_MS);
	usleep(SHORT_MS * 1000); /* until it sleeps in the call, most likely */
}

static void join(struct waiter *w)
{
	if (pthread_join(w->thread, NULL))
		die("join");
}

/* An open file whose reader has read all. */
static int drained(bool block)
{
	static struct stream stream;

	stream_open(&stream, false);
	while (stream_next(&stream))
		;
	if (block && fcntl(stream.fd, F_SETFL, O_RDONLY))
		die("fcntl");
	return stream.fd;
}

/* This test will ask in each way whether there is something, before it is and after. */
TEST_F_TIMEOUT(events_wait, ask, USUAL)
{
	for (size_t i = 0; i < WAYS; i++) {
		int fd = drained(false);

		if (!is_there(ways[i]))
			continue;
		EXPECT_EQ(-1, ways[i](fd, 0));
		EXPECT_EQ(-1, ways[i](fd, SHORT_MS));
		pair_open(variant->family);
		EXPECT_EQ(POLLIN, ways[i](fd, DEADLINE_MS) & ~POLLRDNORM);
		close(fd);
		/* What a new reader gets at once counts too. */
		fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC);
		EXPECT_EQ(POLLIN, ways[i](fd, 0) & ~POLLRDNORM);
		close(fd);
	}
}

/* This test will sleep in each way, and be woken by a connection. */
TEST_F_TIMEOUT(events_wait, sleep, USUAL)
{
	for (size_t i = 0; i < WAYS; i++) {
		int fd = drained(false);
		struct waiter w;

		if (!is_there(ways[i]))
			continue;
		start(&w, fd, ways[i]);
		pair_open(variant->family);
		join(&w);
		EXPECT_EQ(POLLIN, w.result & ~POLLRDNORM);
		close(fd);
	}
}

/* This test will block in read() until a connection comes, twice, and until a signal comes. */
TEST_F_TIMEOUT(events_wait, block, USUAL)
{
	static char buf[STREAM_ROOM];
	const struct sigaction action = { .sa_handler = on_signal };
	int fd = drained(true);
	struct waiter w;

	for (int i = 0; i < 2; i++) {
		start(&w, fd, NULL);
		pair_open(variant->family);
		join(&w);
		EXPECT_LT(0, w.result);
		EXPECT_EQ(TCPLEDGER_FRAME_OPEN, type_of(&w));
		ASSERT_EQ(0, fcntl(fd, F_SETFL, O_RDONLY | O_NONBLOCK));
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		EXPECT_EQ(EAGAIN, errno);
		ASSERT_EQ(0, fcntl(fd, F_SETFL, O_RDONLY));
	}
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	start(&w, fd, NULL);
	pthread_kill(w.thread, SIGUSR1);
	join(&w);
	EXPECT_EQ(-1, w.result);
	EXPECT_EQ(EINTR, w.error);
	close(fd);
}

/* This test will seek while another thread sleeps in a read of the same file, which wakes it. */
TEST_F_TIMEOUT(events_wait, seek_meanwhile, USUAL)
{
	int fd = drained(true);
	struct waiter w;

	start(&w, fd, NULL);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_SET));
	join(&w);
	EXPECT_LT(0, w.result);
	EXPECT_EQ(TCPLEDGER_FRAME_START, type_of(&w));
	close(fd);
}

/* This test will unload the module under readers that sleep in each way, and one that does not. */
TEST_F_TIMEOUT(events_wait, unload, USUAL)
{
	static char buf[STREAM_ROOM];
	struct waiter w[WAYS], nothing, blocked;
	struct pollfd p;
	int idle;

	world_unjudged(&self->world, JUDGE_ALL, "the module is unloaded");
	for (size_t i = 0; i < WAYS; i++)
		start(&w[i], drained(false), is_there(ways[i]) ? ways[i] : by_poll);
	start(&nothing, drained(false), by_poll);
	start(&blocked, drained(true), NULL);
	idle = drained(false);
	module_unload();
	for (size_t i = 0; i < WAYS; i++) {
		join(&w[i]);
		EXPECT_NE(-1, w[i].result);
		EXPECT_TRUE(w[i].result & POLLIN);
		EXPECT_EQ(-1, read(w[i].fd, buf, sizeof(buf)));
		EXPECT_EQ(EIO, errno);
		close(w[i].fd);
	}
	join(&nothing);
	join(&blocked);
	EXPECT_EQ((int)sizeof(struct tcpledger_frame), blocked.result);
	EXPECT_EQ(TCPLEDGER_FRAME_STOP, type_of(&blocked));
	p = (struct pollfd){ .fd = idle, .events = POLLIN };
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(-1, read(idle, buf, sizeof(buf)));
	EXPECT_EQ(EIO, errno);
	close(idle);
	close(nothing.fd);
	close(blocked.fd);
	module_load("");
}

TEST_HARNESS_MAIN
