// SPDX-License-Identifier: GPL-2.0
/*
 * Loading the module where there are many namespaces with connections: each connection is
 * adopted once, and the kernel's table of sockets is walked once for all of them.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/module.h"

#define SPACES		(slow_kernel() ? 20 : 250)
#define SPACES_MAX	250
#define PAIRS		2	/* connections in each */
#define FILES		(1 + 3 * PAIRS)	/* open for each */
#define LIMITS		"max_connections=256 max_total=65536"

FIXTURE(namespaces) {
	int initial;
};

FIXTURE_SETUP(namespaces)
{
	self->initial = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->initial);
}

FIXTURE_TEARDOWN(namespaces)
{
	setns(self->initial, CLONE_NEWNET);
}

static int new_space(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		die("network namespace");
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("/proc/thread-self/ns/net");
	link_up("lo");
	return fd;
}

/* Nanoseconds of virtual time: instructions. */
static int64_t load_cost(const char *parameters)
{
	int64_t began;

	if (module_loaded())
		module_unload();
	began = now_ns();
	module_load(parameters);
	return now_ns() - began;
}

/* What it costs to make a namespace, with or without the module. */
static int64_t space_cost(void)
{
	int64_t began = now_ns();

	if (unshare(CLONE_NEWNET))
		die("network namespace");
	return now_ns() - began;
}

/* This test will load the module with one namespace, and with many that have connections. */
TEST_F_TIMEOUT(namespaces, load, 3000)
{
	const struct rlimit files = { 2 * SPACES_MAX * FILES, 2 * SPACES_MAX * FILES };
	int64_t alone, with_all, with_none, own;
	int fd[SPACES_MAX];

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	module_unload();
	own = space_cost();
	module_load(LIMITS);
	own = space_cost() - own;
	ASSERT_EQ(0, setns(self->initial, CLONE_NEWNET));
	alone = load_cost(LIMITS);
	module_unload();
	for (int i = 0; i < SPACES; i++) {
		fd[i] = new_space();
		for (int k = 0; k < PAIRS; k++)
			pair_open(k % 2 ? AF_INET : AF_INET6);
	}
	ASSERT_EQ(0, setns(self->initial, CLONE_NEWNET));
	with_none = load_cost(LIMITS " enabled=none");
	for (int i = 0; i < SPACES; i++) {
		ASSERT_EQ(0, setns(fd[i], CLONE_NEWNET));
		EXPECT_EQ(2 * PAIRS, ledger_stat("disabled"));
		EXPECT_EQ(0, ledger_stat("records_total"));
	}
	with_all = load_cost(LIMITS);
	for (int i = 0; i < SPACES; i++) {
		ASSERT_EQ(0, setns(fd[i], CLONE_NEWNET));
		EXPECT_EQ(2 * PAIRS, ledger_stat("adopted_records"));
		EXPECT_EQ(2 * PAIRS, ledger_stat("records_total"));
		EXPECT_EQ(2 * PAIRS, ledger_stat("records_live"));
	}
	say("a load costs %lld us with one namespace, %lld us with %d and %lld us if they do not "
	    "record; a namespace costs %lld us more with the module",
	    (long long)alone / 1000, (long long)with_all / 1000, SPACES,
	    (long long)with_none / 1000, (long long)own / 1000);
	/* A namespace costs no more than one that is made while the module is there. */
	EXPECT_GE(2 * SPACES * own, with_none - alone);
	for (int i = 0; i < SPACES; i++)
		close(fd[i]);
}

TEST_HARNESS_MAIN
