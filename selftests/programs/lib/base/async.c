// SPDX-License-Identifier: GPL-2.0
/*
 * By system calls alone, as no library for them is on every machine. One poll each time:
 * what completes it is its only completion.
 */
#include "lib/base/async.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"

#define RING	4096	/* more than the rings of one entry take */

/* Whether this kernel has it, and lets us. */
bool async_has_aio(void)
{
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 1, &context))
		return false;
	syscall(SYS_io_destroy, context);
	return true;
}

/**
 * async_by_aio - wait for something to read
 * @fd: what may be read
 * @ms: how long
 * Return: its events, -1 if none came
 */
int async_by_aio(int fd, int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	struct iocb poll = {
		.aio_fildes = fd, .aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN,
	};
	struct iocb *list[] = { &poll };
	aio_context_t context = 0;
	struct io_event event;
	long n;

	if (syscall(SYS_io_setup, 1, &context) || syscall(SYS_io_submit, context, 1, list) != 1)
		die("aio");
	do {
		n = syscall(SYS_io_getevents, context, 1, 1, &event, &time);
	} while (n < 0 && errno == EINTR);
	syscall(SYS_io_destroy, context);	/* ends the poll, if it lasts */
	return n == 1 && event.res > 0 ? (int)event.res : -1;
}

static int uring_setup(struct io_uring_params *params)
{
	memset(params, 0, sizeof(*params));
	return (int)syscall(SYS_io_uring_setup, 1, params);
}

bool async_has_uring(void)
{
	struct io_uring_params params;
	int ring = uring_setup(&params);

	if (ring < 0)
		return false;
	close(ring);
	return params.features & IORING_FEAT_SINGLE_MMAP;
}

static void *map(int ring, uint64_t offset)
{
	void *at = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
			(off_t)offset);

	if (at == MAP_FAILED)
		die("mmap of a ring");
	return at;
}

static void submit_poll(int ring, const struct io_uring_params *params, uint8_t *rings, int fd)
{
	struct io_uring_sqe *entries = map(ring, IORING_OFF_SQES);
	uint32_t *tail = (void *)(rings + params->sq_off.tail);

	entries[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_POLL_ADD, .fd = fd, .poll_events = POLLIN,
	};
	((uint32_t *)(rings + params->sq_off.array))[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 0, 0, NULL, 0) != 1)
		die("io_uring_enter");
	munmap(entries, RING);
}

/**
 * async_by_uring - wait for something to read
 * @fd: what may be read
 * @ms: how long
 * Return: its events, -1 if none came
 */
int async_by_uring(int fd, int ms)
{
	struct io_uring_params params;
	struct pollfd p = { .fd = uring_setup(&params), .events = POLLIN };
	struct io_uring_cqe *done;
	uint8_t *rings;
	int n, got = -1;

	if (p.fd < 0)
		die("io_uring_setup");
	rings = map(p.fd, IORING_OFF_SQ_RING);
	submit_poll(p.fd, &params, rings, fd);
	do {
		n = poll(&p, 1, ms);
	} while (n < 0 && errno == EINTR);
	if (n == 1) {
		done = (void *)(rings + params.cq_off.cqes);
		got = done->res;
		if (got < 0)
			die("io_uring: poll ended with %d", got);
	}
	munmap(rings, RING);
	close(p.fd);
	return got;
}
