// SPDX-License-Identifier: GPL-2.0
/* What unloading has to wait for: probes and the worker that still run. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/witness/symbols.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define TRACING		"/sys/kernel/tracing"
#define INSTANCE	TRACING "/instances/unloading"
#define UNREGISTER	"tracepoint_probe_unregister"
#define WAIT		"synchronize_srcu"
#define WORKER_EXIT	"tcpledger_worker_exit"
#define HALF_OPEN	1000	/* enough for the worker to be caught while it looks at them */
#define TRIES		20
#define POLL_US		100
#define SPIN_NS		300000000ULL	/* less than a program may take with such a priority */

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
	write_trace(TRACING "/dynamic_events", "p:unloading/unregister " UNREGISTER);
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
	write_trace(TRACING "/dynamic_events", "-:unloading/unregister");
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

/* Wait for the worker to begin. Return: its thread, 0 if it has ended already */
static pid_t worker_began(int pipe)
{
	char text[4096] = "", *start;
	size_t n = 0;

	while (!(start = strstr(text, "workqueue_execute_start"))) {
		ssize_t got = read(pipe, text + n, sizeof(text) - 1 - n);

		if (got > 0)
			n += got;
		else
			usleep(POLL_US);
		text[n] = '\0';
	}
	if (strstr(start, "workqueue_execute_end"))
		return 0;
	/* "kworker/0:1-23  [000] ..." */
	while (start > text && *start != '[')
		start--;
	while (start > text && *start != '-')
		start--;
	return atoi(start + 1);
}

static void set_policy(pid_t pid, int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(pid, policy, &param))
		die("policy %d for %d", policy, pid);
}

/* The thread that ends grace periods. */
static pid_t rcu_thread(void)
{
	char *text = run_output("pidof rcu_preempt || pidof rcu_sched");
	pid_t pid = atoi(text);

	free(text);
	return pid;
}

/* Takes the CPU from all that has no real-time priority. */
static pid_t start_spinner(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		set_policy(0, SCHED_FIFO, 1);
		for (uint64_t end = now_ns() + SPIN_NS; now_ns() < end;)
			;
		_exit(0);
	}
	return pid;
}

/*
 * This test will unload the module while its worker is in the middle of its work. Programs
 * with a real-time priority take the only CPU from it, also while the unload waits for
 * RCU, in which the worker would end by chance.
 */
TEST_F_TIMEOUT(unloading, waits_for_worker, USUAL)
{
	pid_t worker = 0, spinner, rcu = rcu_thread();
	const char *ended, *left;
	char filter[64], *text;
	struct sched_param before;
	int pipe, status, was;

	world_unjudged(&self->world, JUDGE_ALL, "the module is unloaded");
	wire_listen(&self->world, 1024);
	trace_start();
	write_trace(TRACING "/dynamic_events", "r:unloading/left tcpledger:" WORKER_EXIT);
	snprintf(filter, sizeof(filter), "function == %#llx",
		 (unsigned long long)symbols_address("look_at_all", "tcpledger"));
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_start/filter", filter);
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_end/filter", filter);
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_start/enable", "1");
	write_trace(INSTANCE "/events/workqueue/workqueue_execute_end/enable", "1");
	write_trace(INSTANCE "/events/unloading/left/enable", "1");
	pipe = open(INSTANCE "/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, pipe);
	set_policy(0, SCHED_FIFO, 2);
	for (int i = 0; i < TRIES && !worker; i++) {
		half_open(&self->world);
		worker = worker_began(pipe);
	}
	ASSERT_LT(0, worker);
	was = sched_getscheduler(rcu);
	ASSERT_EQ(0, sched_getparam(rcu, &before));
	set_policy(rcu, SCHED_FIFO, 2);
	spinner = start_spinner();
	module_unload();
	ASSERT_EQ(spinner, waitpid(spinner, &status, 0));
	set_policy(rcu, was, before.sched_priority);
	set_policy(0, SCHED_OTHER, 0);
	close(pipe);
	/* What the pipe gave is no longer there: these are of the unload. */
	text = read_all(INSTANCE "/trace");
	ended = strstr(text, "workqueue_execute_end");
	left = strstr(text, " left: ");
	EXPECT_NE(NULL, ended);
	EXPECT_NE(NULL, left);
	EXPECT_LT(ended, left);
	free(text);
	trace_stop();
	write_trace(TRACING "/dynamic_events", "-:unloading/left");
	module_reload("");
}

TEST_HARNESS_MAIN
