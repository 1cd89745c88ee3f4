// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that read as no program does: random pieces, random seeks. Where the module
 * comes and goes, a file may be gone at any moment; what is read is whole all the same.
 */
#include "lib/world/load_readers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcpledger.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/world/load.h"

#define PIECE_MAX	70000
#define JUMPS		3	/* of a reading, less than */

static void wrong(struct load *load, const char *what, const char *path, size_t n)
{
	say("%s: %s (%zu, %s)", path, what, n, strerror(errno));
	load->wrong++;
}

/* What an open file says that is gone: EIO to a read(), EINVAL to an lseek(). */
static bool vanished(const struct load *load, int error)
{
	return load->unloads && (errno == error || errno == EIO);
}

/* Return: file descriptor, -1 if the file is gone and may be */
static int open_file(const struct load *load, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && !vanished(load, ENOENT))
		die("%s", path);
	return fd;
}

static void end_file(const struct load *load, const char *path, int fd, ssize_t last)
{
	if (last < 0 && !vanished(load, EIO))
		die("read of %s", path);
	close(fd);
}

/* Only a seek to the begin is defined. Any other must do no harm. */
static void jump(struct load *load, int fd, const char *path, unsigned int *seed)
{
	static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	char buf[4096];
	off_t to = rand_r(seed) % (1 << 20);

	if (rand_r(seed) % 2) {
		if (lseek(fd, to, whence[rand_r(seed) % 3]) < 0 && errno != EINVAL)
			wrong(load, "fails a seek", path, to);
		if (read(fd, buf, 1 + rand_r(seed) % sizeof(buf)) < 0 && errno != EINVAL &&
		    !vanished(load, EIO))
			wrong(load, "cannot be read behind a seek", path, to);
	}
	if (lseek(fd, 0, SEEK_SET) && !vanished(load, EINVAL))
		wrong(load, "does not seek to 0", path, to);
}

/* A whole reading of a text file in random pieces: it is lines to its end. */
static void read_text(struct load *load, const char *path, unsigned int *seed)
{
	int fd = open_file(load, path), jumps = rand_r(seed) % JUMPS;
	static __thread char buf[PIECE_MAX];
	bool ended = false;
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return;
	for (;;) {
		n = read(fd, buf, rand_r(seed) % 8 ? 1 + rand_r(seed) % PIECE_MAX :
							 1 + rand_r(seed) % 8);
		if (n <= 0)
			break;
		ended = buf[n - 1] == '\n';
		if (memchr(buf, 0, n))
			wrong(load, "has a NUL byte", path, total);
		total += n;
		if (jumps && !(rand_r(seed) % 8)) {
			jump(load, fd, path, seed);
			jumps--;
		}
	}
	if (total && !ended && !load->unloads)
		wrong(load, "ends within a line", path, total);
	end_file(load, path, fd, n);
}

/* What one read() of the binary file gave is whole records, after the head. */
static void judge_piece(struct load *load, const char *path, const char *buf, size_t n,
			bool begin)
{
	size_t at = begin ? sizeof(struct tcpledger_header) : 0;

	while (at < n) {
		const struct tcpledger_record *rec = (const void *)(buf + at);

		if (n - at < sizeof(*rec) || rec->size > n - at ||
		    rec->size != sizeof(*rec) + rec->log_n * sizeof(struct tcpledger_entry) ||
		    !rec->id || rec->log_n > TCPLEDGER_LOG_MAX ||
		    rec->state >= TCPLEDGER_STATE_MAX) {
			wrong(load, "a torn record", path, at);
			return;
		}
		at += rec->size;
	}
}

static void read_binary(struct load *load, const char *path, unsigned int *seed)
{
	int fd = open_file(load, path), jumps = rand_r(seed) % JUMPS;
	static __thread char buf[PIECE_MAX] __attribute__((aligned(8)));
	bool begin = true;
	ssize_t n;

	if (fd < 0)
		return;
	for (;;) {
		n = read(fd, buf, 1 + rand_r(seed) % PIECE_MAX);
		/* Too small a piece for the next record: it is still the next. */
		if (n < 0 && errno == EINVAL)
			continue;
		if (n <= 0)
			break;
		judge_piece(load, path, buf, n, begin);
		begin = false;
		if (jumps && !(rand_r(seed) % 8)) {
			jump(load, fd, path, seed);
			jumps--;
			begin = true;
		}
	}
	end_file(load, path, fd, n);
}

/**
 * load_readers - read all files again and again
 * @arg: struct load; counts @readings, until @stop or @readings_wanted
 * Return: NULL
 */
void *load_readers(void *arg)
{
	static const char *const text[] = { "connections", "log", "timewait", "stats" };
	struct load *load = arg;
	unsigned int seed = 20240229 + load->readers++;

	for (unsigned int i = 0; !load->stop; i++) {
		char path[64];

		if (load->readings_wanted && i >= load->readings_wanted)
			break;
		snprintf(path, sizeof(path), LEDGER_PROC "/%s", text[i % 4]);
		if (i % 5 == 4)
			read_binary(load, LEDGER_PROC "/records", &seed);
		else
			read_text(load, path, &seed);
		load->readings++;
	}
	return NULL;
}
