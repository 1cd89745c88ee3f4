// SPDX-License-Identifier: GPL-2.0
/* What unloading has to wait for: probes and the worker that still run. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/witness/symbols.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define TRACING		"/sys/kernel/tracing"
#define INSTANCE	TRACING "/instances/unloading"
#define UNREGISTER	"tracepoint_probe_unregister"
#define WAIT		"synchronize_srcu"
#define HALF_OPEN	1000	/* enough for the worker to be caught while it looks at them */
#define TRIES		20
#define POLL_US		100

WORLD_FIXTURE(unloading);

static void write_trace(const char *file, const char *text)
{
	if (!write_text(file, text))
		die("%s to %s", text, file);
}

static void trace_start(void)
{
	if (mkdir(INSTANCE, 0700))
		die("mkdir " INSTANCE);
}

static void trace_stop(void)
{
	write_trace(INSTANCE "/events/enable", "0");
	if (rmdir(INSTANCE))
		die("rmdir " INSTANCE);
}

/* An event for each probe of a tracepoint that is taken away. */
static void define_unregister(void)
{
	write_trace(TRACING "/dynamic_events", "p:unloading/unregister " UNREGISTER);
}

static void forget_unregister(void)
{
	write_trace(TRACING "/dynamic_events", "-:unloading/unregister");
}

/* Where a text stands last before @end; NULL if it does not. */
static const char *last_before(const char *text, const char *end, const char *wanted)
{
	const char *found = NULL;

	for (const char *at = text; (at = strstr(at, wanted)) && (!end || at < end); at++)
		found = at;
	return found;
}

/*
 * This test will see in the kernel's own trace that it waited for probes of tracepoints
 * after the last was taken away, and before the module's memory went. A probe that runs
 * at that moment can be waited for by nothing else, and be hit by no test.
 */
TEST_F_TIMEOUT(unloading, waits_for_probes, USUAL)
{
	const char *last, *freed, *waited;
	char wait[64], *text;

	world_unjudged(&self->world, JUDGE_ALL, "the module is unloaded");
	trace_start();
	define_unregister();
	write_trace(TRACING "/dynamic_events", "p:unloading/wait " WAIT " which=$arg1:x64");
	write_trace(INSTANCE "/events/unloading/enable", "1");
	write_trace(INSTANCE "/events/module/module_free/enable", "1");
	snprintf(wait, sizeof(wait), "which=%#llx",
		 (unsigned long long)symbols_address("tracepoint_srcu", ""));
	module_unload();
	text = read_all(INSTANCE "/trace");
	freed = strstr(text, "module_free: tcpledger");
	last = last_before(text, freed, " unregister: ");
	waited = last_before(text, freed, wait);
	EXPECT_NE(NULL, freed);
	EXPECT_NE(NULL, last);
	EXPECT_NE(NULL, waited);
	EXPECT_LT(last, waited);
	if (!waited || waited < last)
		say("%s", text);
	free(text);
	trace_stop();
	forget_unregister();
	write_trace(TRACING "/dynamic_events", "-:unloading/wait");
	module_load("");
}

/* SYNs of so many peers: the worker looks at each of their records once. */
static void half_open(struct world *world)
{
	for (int i = 0; i < HALF_OPEN; i++) {
		struct peer peer = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);

		peer_send(&peer, SEG_SYN, 0);
	}
	wire_drain(&world->wire);
}

/* Wait for the worker to begin. Return: whether it has not ended yet */
static bool worker_began(int pipe)
{
	char text[4096] = "";
	size_t n = 0;

	while (!strstr(text, "workqueue_execute_start")) {
		ssize_t got = read(pipe, text + n, sizeof(text) - 1 - n);

		if (got > 0)
			n += got;
		else
			usleep(POLL_US);
		text[n] = '\0';
	}
	return !strstr(text, "workqueue_execute_end");
}

/*
 * This test will unload the module while its worker is in the middle of its work, from
 * which a test with a real-time priority takes the only CPU. What the unload does next
 * gives the worker time to end by chance, so the kernel's trace says whether it was waited
 * for: it ends before the first probe is taken away.
 */
TEST_F_TIMEOUT(unloading, waits_for_worker, USUAL)
{
	struct sched_param first = { .sched_priority = 1 };
	const char *ended, *unregistered;
	char filter[64], *text;
	bool caught = false;
	int pipe;

	world_unjudged(&self->world, JUDGE_ALL, "the module is unloaded");
	wire_listen(&self->world, 1024);
	trace_start();
	define_unregister();
	snprintf(filter, sizeof(filter), "function == %#llx",
		 (unsigned long long)symbols_address("look_at_all", "tcpledger"));
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_start/filter", filter);
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_end/filter", filter);
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_start/enable", "1");
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_end/enable", "1");
	write_trace(INSTANCE "/events/unloading/unregister/enable", "1");
	pipe = open(INSTANCE "/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, pipe);
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &first));
	for (int i = 0; i < TRIES && !caught; i++) {
		half_open(&self->world);
		caught = worker_began(pipe);
	}
	if (caught)
		module_unload();
	EXPECT_TRUE(caught);
	first.sched_priority = 0;
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &first));
	close(pipe);
	/* What the pipe gave is no longer there: these are of the unload. */
	text = read_all(INSTANCE "/trace");
	ended = strstr(text, "workqueue_execute_end");
	unregistered = strstr(text, " unregister: ");
	EXPECT_NE(NULL, ended);
	EXPECT_NE(NULL, unregistered);
	EXPECT_LT(ended, unregistered);
	free(text);
	trace_stop();
	forget_unregister();
	module_reload("");
}

TEST_HARNESS_MAIN
