// SPDX-License-Identifier: GPL-2.0
/* Two threads on two CPUs that connect at once to many ports. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/wrong.h"
#include "lib/test.h"

#define THREADS	2
#define PORTS	60	/* of each thread */

WORLD_FIXTURE(threads);

/**
 * struct work - what one thread does
 * @family: of its connections
 * @cpu: where it runs
 * @start: both begin at once
 * @pair: its connections; the listeners are made before
 */
struct work {
	int family;
	int cpu;
	pthread_barrier_t *start;
	struct pair pair[PORTS];
};

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* With one CPU the threads take turns, which is a test too. */
	sched_setaffinity(0, sizeof(set), &set);
}

static void *connect_all(void *arg)
{
	struct work *w = arg;

	run_on(w->cpu);
	pthread_barrier_wait(w->start);
	for (int i = 0; i < PORTS; i++) {
		struct pair *p = &w->pair[i];

		p->client = sock_new(w->family);
		if (sock_connect(p->client, w->family, &p->s))
			die("connect to port %u", p->s.port);
		p->c = sock_local(p->client);
	}
	return NULL;
}

/* Accept the connections of the other thread and end them, while it does the same. */
static void *close_all(void *arg)
{
	struct work *w = arg;

	run_on(w->cpu);
	pthread_barrier_wait(w->start);
	for (int i = 0; i < PORTS; i++) {
		w->pair[i].server = sock_accept(w->pair[i].listener);
		if (i % 2)
			pair_close_orderly(&w->pair[i]);
		else
			sock_reset(w->pair[i].client);
	}
	return NULL;
}

static void run_threads(struct work *work, void *(*fn)(void *))
{
	pthread_t thread[THREADS];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		work[i].start = &start;
		if (pthread_create(&thread[i], NULL, fn, &work[i]))
			die("thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

/* Each connection has one record at each end, and both say so. */
static int judge_each(const struct ledger *ledger, const struct pair *p, const char *client,
		      const char *server)
{
	json_object *c = ledger_find(ledger, &p->c, &p->s, 0);
	json_object *s = ledger_find(ledger, &p->s, &p->c, 0);
	int wrong = record_check(c, client) + record_check(s, server);

	if (ledger_count(ledger, &p->c, &p->s) != 1 || ledger_count(ledger, &p->s, &p->c) != 1) {
		say("port %u: more than one record at an end", p->s.port);
		return wrong + 1;
	}
	return wrong + wrong_if(record_int(c, "peer_id") != record_int(s, "id"), c, "peer %s",
				record_text(c, "peer_id"));
}

static int judge_all(struct world *world, const struct work *work, const char *client,
		     const char *server)
{
	struct ledger ledger;
	int wrong = 0;

	ledger_read(&ledger);
	if (ledger.n != 2 * THREADS * PORTS) {
		say("%zu records of %d connections", ledger.n, THREADS * PORTS);
		wrong++;
	}
	for (int t = 0; t < THREADS; t++)
		for (int i = 0; i < PORTS; i++)
			wrong += judge_each(&ledger, &work[t].pair[i], client, server);
	ledger_free(&ledger);
	return wrong + judge(world);
}

/* This test will connect from two threads, then close from two threads. */
TEST_F_TIMEOUT(threads, connect_and_close, 300)
{
	static struct work work[THREADS];
	char client[160];

	for (int t = 0; t < THREADS; t++) {
		work[t].family = variant->family;
		work[t].cpu = t;
		for (int i = 0; i < PORTS; i++)
			work[t].pair[i] = pair_listen(variant->family, 4);
	}
	run_threads(work, connect_all);
	/* The third ACK is on its way for a moment after connect() returned. */
	for (int t = 0; t < THREADS; t++)
		need(ledger_says(&work[t].pair[PORTS - 1].s, &work[t].pair[PORTS - 1].c, "state",
				 "ESTABLISHED"), DEADLINE_MS);
	snprintf(client, sizeof(client),
		 "open.role=active open.outcome=established state=ESTABLISHED owner.pid=%d "
		 "owner.comm=%s owner.uid=0", getpid(), program_invocation_short_name);
	EXPECT_EQ(0, judge_all(&self->world, work, client,
			       "open.role=passive open.outcome=established state=ESTABLISHED"));

	run_threads(work, close_all);
	EXPECT_EQ(0, judge_all(&self->world, work, "open.role=active close.first=local",
			       "open.role=passive close.first=remote live=false"));
}

TEST_HARNESS_MAIN
