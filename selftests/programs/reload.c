// SPDX-License-Identifier: GPL-2.0
/*
 * The module loaded and unloaded again and again, with files open: under traffic, and
 * under all that a busy host may do at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/load_readers.h"
#include "lib/world/module.h"

#define CYCLES		times(10, 300)	/* for each family */
#define CYCLES_ALL	times(5, 200)
#define FLOOD		times(100, 250)	/* SYNs, RSTs and FINs, each, in a cycle of all at once */
#define FILES		5

WORLD_FIXTURE(reload);

static const char *const names[FILES] = {
	"connections", "log", "timewait", "stats", "records"
};

static struct load load;

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

/**
 * struct progress - how far a load was
 * @connections: of struct load
 * @reused: likewise
 * @spaces: likewise
 */
struct progress {
	unsigned int connections;
	unsigned int reused;
	unsigned int spaces;
};

static struct progress progress_now(void)
{
	return (struct progress){ load.connections, load.reused, load.spaces };
}

/* Wait until each part of the load that there is has gone on, with the module or without. */
static void need_progress(bool all)
{
	struct progress then = progress_now();

	need(load.connections - then.connections >= 5, DEADLINE_MS);
	if (!all)
		return;
	need(load.reused - then.reused >= 5, DEADLINE_MS);
	need(load.spaces != then.spaces, DEADLINE_MS);
}

/* Out and in again. Return: what is wrong with files that were open, and what is left. */
static int cycle(bool all, const char *parameters)
{
	int fd[FILES], wrong;

	need_progress(all);
	open_files(fd);
	module_unload();
	wrong = judge_files(fd) + !access(LEDGER_PROC, F_OK) + module_has_cache();
	need_progress(all);
	module_load(parameters);
	return wrong;
}

/* This test will load and unload the module while two threads connect and one reads. */
TEST_F_TIMEOUT(reload, under_traffic, 6000)
{
	pthread_t thread[3];
	int before = kernel_taint();

	world_unjudged(&self->world, JUDGE_ALL, "the module comes and goes under connections");
	load.family = variant->family;
	load.unloads = true;
	for (int i = 0; i < 3; i++)
		thread[i] = load_start(&load, i < 2 ? load_connections : load_readers);
	for (unsigned int i = 0; i < CYCLES; i++) {
		EXPECT_EQ(0, cycle(false, ""));
		/* Of five connections in a row one at least waits for 2MSL to pass. */
		EXPECT_LT(0, ledger_stat("adopted_records"));
	}
	load.stop = true;
	load_wait(thread, 3);
	EXPECT_EQ(0, load.wrong);
	EXPECT_LT(0, load.readings);
	EXPECT_EQ(before, kernel_taint());
	say("%u cycles, %u connections, %u readings", CYCLES, load.connections, load.readings);
}

/* This test will see that a module loaded once more records as the first one did. */
TEST_F_TIMEOUT(reload, afterwards, USUAL)
{
	struct pair p;

	module_reload("");
	p = pair_open(variant->family);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "id=1 close.kind=four_segment state=TIME_WAIT partial=false");
	EXPECT_VERDICT(p.s, p.c, 0, "id=2 close.kind=four_segment live=false partial=false");
	EXPECT_EQ(2, records_all());
	EXPECT_JUDGED(&self->world);
	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS,
		       "the connection is older than the module");
	module_unload();
	EXPECT_FALSE(module_has_cache());
	module_load("");
	/* The client's timewait socket is older than this load. */
	EXPECT_VERDICT(p.c, p.s, 0, "id=1 open.role=adopted state=TIME_WAIT partial=true");
	EXPECT_EQ(1, records_all());
}

FIXTURE(all) {
};

FIXTURE_SETUP(all)
{
	module_reload(LOAD_LIMITS);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	load.family = AF_INET;
	load.unloads = true;
	load.flood_wanted = FLOOD;
	load_flood_begin(&load);
}

FIXTURE_TEARDOWN(all)
{
}

/*
 * This test will load and unload the module under connections, a tuple used again and again,
 * namespaces that come and go, readers, and a flood that begins before it goes and ends after
 * it came.
 */
TEST_F_TIMEOUT(all, at_once, 6000)
{
	static void *(*const what[])(void *) = {
		load_connections, load_one_tuple, load_spaces, load_readers
	};
	pthread_t thread[ARRAY_SIZE(what)], flood;
	int before = kernel_taint();
	struct pair p;

	for (size_t i = 0; i < ARRAY_SIZE(what); i++)
		thread[i] = load_start(&load, what[i]);
	for (unsigned int i = 0; i < CYCLES_ALL; i++) {
		flood = load_start(&load, load_flood);
		EXPECT_EQ(0, cycle(true, LOAD_LIMITS));
		load_wait(&flood, 1);
	}
	load.stop = true;
	load_wait(thread, ARRAY_SIZE(what));
	EXPECT_EQ(0, load.wrong);
	EXPECT_LT(0, load.readings);
	EXPECT_GE(LOAD_MOST, ledger_stat("records_total"));
	EXPECT_EQ(0, judge_balance());
	EXPECT_EQ(0, load_flood_judge(&load, "open.role=adopted partial=true"));
	p = pair_open(load.family);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment state=TIME_WAIT partial=false");
	EXPECT_VERDICT(p.s, p.c, 0, "close.kind=four_segment live=false partial=false");
	EXPECT_EQ(before, kernel_taint());
	say("%u cycles, %u connections, %u on one tuple, %u namespaces, %u readings, %u SYNs, "
	    "RSTs and FINs each", CYCLES_ALL, load.connections, load.reused, load.spaces,
	    load.readings, load.flooded);
}

TEST_HARNESS_MAIN
