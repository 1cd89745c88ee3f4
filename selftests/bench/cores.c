// SPDX-License-Identifier: GPL-2.0
/*
 * Work on several CPUs at once, a process on each:
 *
 *   cores [--address A] [--cpus P] [--settle SECONDS] WORK N
 *
 *   data N         each N round trips of 64 bytes on a connection of its own
 *   beside N       the first that, while the others open connections and close them
 *   connections N  each N connections in a row
 *   syns N         each N SYNs of sources that nobody has, to a listener (see syn.h)
 *   again N        each N SYNs of one source, all refused
 *
 * Client and server are one process, and all that a connection does happens on one CPU.
 * Prints TOTAL and N: nanoseconds of real time, from when all are ready until the last is
 * done, and how many round trips, connections or SYNs that was. Marks in the code tell a
 * plugin of QEMU when; what is opened before and closed after is not between them. Each is
 * done only after SECONDS more, so that what is left for the kernel's workers counts too.
 */
#include <err.h>
#include <getopt.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "marks.h"
#include "pair.h"
#include "syn.h"

/**
 * struct work - what a process does
 * @name: as it is asked for
 * @go: does it; @p is an open connection
 * @first_only: only the first process's is counted
 */
struct work {
	const char *name;
	void (*go)(const struct pair *p, int listener, int cpu, long n);
	bool first_only;
};

/* Written by the first of 'beside'. */
static atomic_bool *over;
static long settle;

static void do_data(const struct pair *p, int listener, int cpu, long n)
{
	(void)listener;
	(void)cpu;
	while (n--)
		pair_exchange(p);
}

static void do_connections(const struct pair *p, int listener, int cpu, long n)
{
	(void)p;
	connect_in_a_row(listener, PORT + cpu, n);
}

static void do_beside(const struct pair *p, int listener, int cpu, long n)
{
	if (!cpu) {
		do_data(p, listener, cpu, n);
		*over = true;
	}
	while (!*over)
		connect_in_a_row(listener, PORT + cpu, 1);
}

static void do_syns(const struct pair *p, int listener, int cpu, long n)
{
	(void)p;
	(void)listener;
	syns_send(1 + cpu * n, (cpu + 1) * n, PORT + cpu);
}

static void do_again(const struct pair *p, int listener, int cpu, long n)
{
	(void)p;
	(void)listener;
	while (n--)
		syns_send(1 + cpu, 1 + cpu, CLOSED_PORT);
}

static const struct work works[] = {
	{ .name = "data", .go = do_data },
	{ .name = "connections", .go = do_connections },
	{ .name = "beside", .go = do_beside, .first_only = true },
	{ .name = "syns", .go = do_syns },
	{ .name = "again", .go = do_again },
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	need(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

/**
 * struct pipes - how the processes wait for each other
 * @said: one is warm, one is done
 * @begin: all are warm
 * @end: all are done
 */
struct pipes {
	int said[2];
	int begin[2];
	int end[2];
};

static void say_and_wait(const struct pipes *pipes, const int gate[2])
{
	char c = 0;

	need(write(pipes->said[1], &c, 1) == 1 && read(gate[0], &c, 1) == 1, "gate");
}

static void process(const struct work *work, long n, int cpu, const struct pipes *pipes)
{
	struct pair p;
	int listener;

	pin(cpu);
	listener = listener_open(PORT + cpu);
	p = pair_open(listener, PORT + cpu, 0);
	pair_exchange(&p);
	connect_in_a_row(listener, PORT + cpu, WARM_UP);
	say_and_wait(pipes, pipes->begin);
	work->go(&p, listener, cpu, n);
	sleep(settle);
	say_and_wait(pipes, pipes->end);
	_exit(0);
}

static void hear_all(const struct pipes *pipes, int cpus)
{
	char c;

	while (cpus--)
		need(read(pipes->said[0], &c, 1) == 1, "a process that is to be measured");
}

static void open_gate(const int gate[2], int cpus)
{
	char go[CPU_SETSIZE] = "";

	need(write(gate[1], go, cpus) == cpus, "gate");
}

static void at_once(const struct work *work, long n, int cpus)
{
	int status, failed = 0;
	long long start, total;
	struct pipes pipes;

	need(!pipe(pipes.said) && !pipe(pipes.begin) && !pipe(pipes.end), "pipe");
	for (int i = 0; i < cpus; i++) {
		pid_t child = fork();

		need(child >= 0, "fork");
		if (!child)
			process(work, n, i, &pipes);
	}
	close(pipes.said[1]);
	hear_all(&pipes, cpus);
	start = now();
	MARK(MARK_BEGIN);
	open_gate(pipes.begin, cpus);
	hear_all(&pipes, cpus);
	MARK(MARK_END);
	total = now() - start;
	open_gate(pipes.end, cpus);
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed)
		errx(1, "%d of %d processes failed", failed, cpus);
	report(total, work->first_only ? n : n * cpus);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "settle", required_argument, NULL, 's' },
		{ }
	};
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		if (c == 'a')
			address_set(optarg);
		else if (c == 'c')
			cpus = number(optarg);
		else if (c == 's')
			settle = number(optarg);
		else
			return 2;
	}
	argv += optind;
	over = mmap(NULL, sizeof(*over), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(over != MAP_FAILED, "shared memory");
	for (size_t i = 0; argv[0] && i < sizeof(works) / sizeof(*works); i++) {
		if (!strcmp(argv[0], works[i].name)) {
			at_once(&works[i], number(argv[1]), cpus);
			return 0;
		}
	}
	errx(2, "cannot do '%s', see the head of cores.c", argv[0] ? argv[0] : "");
}
