// SPDX-License-Identifier: GPL-2.0
/*
 * The module unloaded while timewait sockets end: a probe may be running at that moment.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/module.h"

#define CYCLES		times(4, 100)	/* for each family */
#define OWN_PORT	5100
#define LEFT_WAITING	20	/* timewait sockets in a namespace that is left */

WORLD_FIXTURE(reload_kills);

/**
 * struct load - what goes on while the module comes and goes
 * @family: of the connections
 * @stop: set when it is enough
 * @reused: timewait sockets killed by a connect() so far
 * @spaces: namespaces left to die so far
 */
struct load {
	int family;
	atomic_bool stop;
	atomic_uint reused;
	atomic_uint spaces;
};

/*
 * Connect from one port again and again: each connect() kills the timewait socket
 * that the close before left, and takes its tuple.
 */
static void *reuse(void *arg)
{
	struct load *load = arg;
	struct pair p = pair_listen(load->family, 64);

	p.c = loopback(load->family);
	p.c.port = OWN_PORT;
	while (!load->stop) {
		p.client = sock_bound(load->family, &p.c);
		if (sock_connect(p.client, load->family, &p.s))
			die("connect");
		p.server = sock_accept(p.listener);
		pair_close_orderly(&p);
		load->reused++;
	}
	return NULL;
}

/* Let namespaces die: the kernel kills all their timewait sockets in a worker. */
static void *leave_spaces(void *arg)
{
	struct load *load = arg;

	while (!load->stop) {
		struct pair p;

		if (unshare(CLONE_NEWNET))
			die("no further network namespace");
		run("ip link set lo up");
		p = pair_listen(load->family, 64);
		for (int i = 0; i < LEFT_WAITING; i++) {
			pair_connect(&p);
			pair_close_orderly(&p);
		}
		close(p.listener);
		load->spaces++;
	}
	return NULL;
}

/* This test will load and unload the module while timewait sockets are killed on both CPUs. */
TEST_F_TIMEOUT(reload_kills, on_both_cpus, 6000)
{
	static struct load load;
	pthread_t thread[2];
	int before = kernel_taint();

	world_unjudged(&self->world, JUDGE_ALL, "the module comes and goes under connections");
	load.family = variant->family;
	ASSERT_EQ(0, pthread_create(&thread[0], NULL, reuse, &load));
	ASSERT_EQ(0, pthread_create(&thread[1], NULL, leave_spaces, &load));
	for (unsigned int i = 0; i < CYCLES; i++) {
		unsigned int then = load.reused, spaces = load.spaces;

		need(load.reused - then >= 5 && load.spaces > spaces, DEADLINE_MS);
		EXPECT_LT(0, ledger_stat("time_wait_exits_reused"));
		module_unload();
		EXPECT_FALSE(module_has_cache());
		then = load.reused;
		need(load.reused - then >= 5, DEADLINE_MS);
		module_load("");
	}
	load.stop = true;
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	EXPECT_EQ(before, kernel_taint());
	say("%u cycles, %u reused, %u namespaces", CYCLES, load.reused, load.spaces);
}

TEST_HARNESS_MAIN
