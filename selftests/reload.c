// SPDX-License-Identifier: GPL-2.0
/*
 * The module loaded and unloaded again and again under traffic, with files open.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/module.h"
#include "lib/test.h"

#define CYCLES		times(10, 400)	/* for each family */
#define FILES		5

WORLD_FIXTURE(reload);

static const char *const names[FILES] = {
	"connections", "log", "timewait", "stats", "records"
};

/**
 * struct load - what goes on while the module comes and goes
 * @family: of the connections
 * @stop: set when it is enough
 * @connections: made so far
 * @reads: of files, made so far
 */
struct load {
	int family;
	atomic_bool stop;
	atomic_uint connections;
	atomic_uint reads;
};

/* Connections that end in turns by FINs, by an RST, and not at all. */
static void *traffic(void *arg)
{
	struct load *load = arg;
	struct pair p = pair_listen(load->family, 64), lasting = { .client = -1 };

	for (unsigned int i = 0; !load->stop; i++) {
		pair_connect(&p);
		sock_send(p.client, 100, 0);
		sock_receive(p.server, 100);
		if (i % 3 == 0) {
			pair_close_orderly(&p);
		} else if (i % 3 == 1) {
			sock_reset(p.client);
			close(p.server);
		} else {
			if (lasting.client >= 0) {
				close(lasting.client);
				close(lasting.server);
			}
			lasting = p;
		}
		load->connections++;
	}
	return NULL;
}

/* A file is there or not, and may go away at any moment: then read() ends or says EIO. */
static void *read_files(void *arg)
{
	struct load *load = arg;
	char buf[16384];

	for (unsigned int i = 0; !load->stop; i++) {
		char path[64];
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i % FILES]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			die("%s", path);
		if (fd < 0)
			continue;
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			load->reads++;
		if (n < 0 && errno != EIO)
			die("read of %s", path);
		close(fd);
	}
	return NULL;
}

/* Open every file, and read a piece of it so that its state is not that of a new one. */
static void open_files(int *fd)
{
	for (int i = 0; i < FILES; i++) {
		char path[64], buf[8192];

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i]);
		fd[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0 || read(fd[i], buf, sizeof(buf)) <= 0)
			die("%s", path);
	}
}

/* What was opened before has nothing more to say, and says so at once. */
static int judge_files(int *fd)
{
	int wrong = 0;

	for (int i = 0; i < FILES; i++) {
		char buf[8192];
		ssize_t n = read(fd[i], buf, sizeof(buf));

		if (n > 0 || (n < 0 && errno != EIO)) {
			say("%s after unloading: %zd (%s)", names[i], n, strerror(errno));
			wrong++;
		}
		close(fd[i]);
	}
	return wrong;
}

static bool progress(struct load *load, unsigned int since)
{
	return load->connections - since >= 5;
}

/* This test will load and unload the module while two threads connect and one reads. */
TEST_F_TIMEOUT(reload, under_traffic, 6000)
{
	static struct load load;
	pthread_t thread[3];
	int before = kernel_taint(), fd[FILES];

	load.family = variant->family;
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, i < 2 ? traffic : read_files, &load));
	for (unsigned int i = 0; i < CYCLES; i++) {
		unsigned int then = load.connections;

		need(progress(&load, then), DEADLINE_MS);
		open_files(fd);
		module_unload();
		EXPECT_EQ(0, judge_files(fd));
		EXPECT_NE(0, access(LEDGER_PROC, F_OK));
		EXPECT_FALSE(module_has_cache());
		then = load.connections;
		need(progress(&load, then), DEADLINE_MS);
		module_load("");
		EXPECT_LE(0, ledger_stat("adopted_records"));
	}
	load.stop = true;
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	EXPECT_LT(0, load.reads);
	EXPECT_EQ(before, kernel_taint());
	say("%u cycles, %u connections, %u reads", CYCLES, load.connections,
	    load.reads);
}

/* This test will see that a module loaded once more records as the first one did. */
TEST_F_TIMEOUT(reload, afterwards, USUAL)
{
	struct pair p;

	module_reload("");
	p = pair_open(variant->family);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "id<=2 close.kind=four_segment state=TIME_WAIT partial=false");
	EXPECT_VERDICT(p.s, p.c, 0, "id<=2 close.kind=four_segment live=false partial=false");
	EXPECT_EQ(2, records_all());
	EXPECT_JUDGED(&self->world);
	module_unload();
	EXPECT_FALSE(module_has_cache());
	module_load("");
	/* The client's timewait socket is older than this load. */
	EXPECT_VERDICT(p.c, p.s, 0, "id=1 open.role=adopted state=TIME_WAIT partial=true");
	EXPECT_EQ(1, records_all());
}

TEST_HARNESS_MAIN
