// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail: while the module is loaded, while namespaces are made,
 * while files are read, and under traffic. What fails says so and is counted,
 * and everything works again afterwards. Who leaks or crashes is told by the
 * debug kernel, the only one that can do this.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/fault.h"
#include "lib/world/module.h"

#define ALIKE		3u	/* blocks of the module's stock that are tried one by one */
#define SMALL		"max_connections=2048"	/* the least stock, 1024 blocks */
#define CROWD		640	/* connections: more endpoints than there are blocks */
#define CHAOS		200	/* rounds */
#define CHAOS_PERCENT	5

WORLD_FIXTURE(faults);

FIXTURE(one_fault) {
	struct code code;
};

FIXTURE_SETUP(one_fault)
{
	if (fault_possible())
		fault_none();
}

FIXTURE_TEARDOWN(one_fault)
{
	if (fault_possible())
		fault_none();
}

#define CANNOT	"no CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and "		\
		"CONFIG_FAULT_INJECTION_STACKTRACE_FILTER in this kernel"

/* Return: 0, or why the module could not be loaded. */
static int try_load(int fd)
{
	return syscall(SYS_finit_module, fd, SMALL, 0) ? errno : 0;
}

/**
 * struct steps - a way through allocations of which many in a row are alike
 * @n: where it is
 * @step: to the next
 * @alike: failures in a row that were no matter
 * @last: the last of these
 * @past: all that are alike are behind us
 */
struct steps {
	unsigned int n;
	unsigned int step;
	unsigned int alike;
	unsigned int last;
	bool past;
};

/*
 * The module fetches a thousand blocks one after the other. Once some have been
 * let fail the way goes on in ever longer steps, and where these lead past the
 * last, back in ever shorter ones.
 * Return: whether what was found at this place counts.
 */
static bool steps_next(struct steps *s, bool matters)
{
	if (matters && s->step > 1) {
		s->step /= 2;
		s->past = true;
		s->n = s->last + s->step;
		return false;
	}
	s->alike = matters ? 0 : s->alike + 1;
	s->last = s->n;
	if (s->past)
		s->step = s->step > 1 ? s->step / 2 : 1;
	else if (s->alike >= ALIKE)
		s->step *= 2;
	s->n += s->step;
	return true;
}

/*
 * This test will let the allocations of the module's init fail in turn. One that
 * is not fatal leaves a module that works: that of a block in the stock, and what
 * the kernel does without.
 */
TEST_F_TIMEOUT(one_fault, load, 3000)
{
	struct steps at = { .n = 1, .step = 1 };
	unsigned int tolerated = 0, refused = 0;
	bool reached;
	int fd, error;

	if (!fault_possible())
		SKIP(return, CANNOT);
	fd = open(module_file(), O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	module_unload();
	fault_called_from(code_of_function("do_one_initcall"));
	/* When it fails, Linux 6.12 itself loses a cache's name (mm/slub.c). */
	fault_not_called_from(code_of_function("sysfs_slab_add"));
	for (;;) {
		unsigned int n = at.n;

		fault_nth(n);
		error = try_load(fd);
		reached = fault_happened();
		if (!error) {
			EXPECT_EQ(0, access(LEDGER_PROC "/stats", R_OK));
			module_unload();
		}
		EXPECT_FALSE(module_loaded());
		if (!steps_next(&at, error || !reached))
			continue;
		if (!reached)
			break;
		EXPECT_TRUE(!error || error == ENOMEM)
			say("load with failure %u: %s", n, strerror(error));
		tolerated += !error;
		refused += !!error;
	}
	say("load: %u allocations, %u of those tried fatal, %u not", at.n, refused, tolerated);
	EXPECT_LT(0u, refused);
	EXPECT_LE(ALIKE, tolerated);
	module_load("");
	close(fd);
}

#define NO_FAILURE	255	/* there were fewer allocations */
#define NOT_WHOLE	254	/* a namespace without all that belongs to it */

/*
 * In a child, since a namespace once made has to go again. One that could be made
 * is whole: what failed was a note of kmemleak's own.
 */
static int try_namespace(unsigned int n)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int error;

		fault_nth(n);
		error = unshare(CLONE_NEWNET) ? errno : 0;
		if (!fault_happened())
			_exit(NO_FAILURE);
		if (!error && (access(LEDGER_PROC "/connections", R_OK) ||
			       access(LEDGER_PROC "/log", R_OK) ||
			       access(LEDGER_PROC "/timewait", R_OK) ||
			       access(LEDGER_PROC "/stats", R_OK) ||
			       access(LEDGER_PROC "/events", R_OK) ||
			       access(LEDGER_PROC "/records", R_OK)))
			_exit(NOT_WHOLE);
		_exit(error);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("child");
	return WEXITSTATUS(status);
}

/* This test will let each allocation of ours in a new namespace fail in turn. */
TEST_F_TIMEOUT(one_fault, namespace, 900)
{
	unsigned int n, refused = 0;
	int error;

	if (!fault_possible())
		SKIP(return, CANNOT);
	fault_called_from(code_of_module("tcpledger"));
	for (n = 1; (error = try_namespace(n)) != NO_FAILURE; n++) {
		refused += error == ENOMEM;
		EXPECT_TRUE(!error || error == ENOMEM)
			say("namespace with failure %u: %d", n, error);
	}
	say("namespace: %u allocations, %u fatal", n - 1, refused);
	/*
	 * A folder, seven files, four hooks. kmemleak allocates a note of each, but not
	 * always, so a number may be another's in the next run, and one may be left out.
	 */
	EXPECT_LE(5u, refused);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(0, ledger_stat("records_total"));
}

/* Return: the error that reading what there is gave, or 0 */
static int read_on(int fd, size_t *total)
{
	char buf[4096];
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) > 0)
		*total += got;
	return got < 0 && errno != EAGAIN ? errno : 0;
}

/* Return: the error that opening or reading to the end gave, or 0 */
static int try_read(const char *path, size_t *total)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;

	*total = 0;
	if (fd < 0)
		return errno;
	error = read_on(fd, total);
	/* Who could not have the snapshot of the live stream goes on without. */
	if (error && !lseek(fd, 0, SEEK_END)) {
		pair_open(AF_INET);
		if (read_on(fd, total) || !*total)
			die("%s after a failed snapshot", path);
	}
	close(fd);
	return error;
}

/* This test will let each allocation of a reader fail in turn. */
TEST_F_TIMEOUT(faults, readers, 900)
{
	static const char *const names[] = {
		"connections", "log", "timewait", "stats", "records", "events"
	};
	struct pair p;

	if (!fault_possible())
		SKIP(return, CANNOT);
	fault_none();
	p = pair_open(variant->family);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsigned int n, failed = 0;
		char path[64];
		size_t total;

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i]);
		for (n = 1;; n++) {
			int error;

			fault_nth(n);
			error = try_read(path, &total);
			if (!fault_happened())
				break;
			if (error)
				failed++;
			EXPECT_TRUE(!error || error == ENOMEM)
				say("%s with failure %u: %s", names[i], n, strerror(error));
		}
		EXPECT_LT(0u, failed);
		EXPECT_NE(0u, total);
		say("%s: %u allocations, %u fatal", names[i], n - 1, failed);
	}
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment partial=false log_dropped=0");
}

/* Return: how many endpoints of the connections have no record */
static int64_t open_crowd(struct pair *p, int family)
{
	p[0] = pair_listen(family, 64);
	for (int i = 0; i < CROWD; i++) {
		p[i] = p[0];
		pair_connect(&p[i]);
	}
	/* Who reads needs memory too. */
	fault_called_from(CODE_NONE);
	return 2 * CROWD - ledger_stat("records_total");
}

static void reset_crowd(struct pair *p)
{
	for (int i = 0; i < CROWD; i++) {
		sock_send(p[i].client, 10, 0);
		if (sock_receive(p[i].server, 10) != 10)
			die("connection %d", i);
		sock_reset(p[i].client);
		close(p[i].server);
	}
	fault_called_from(CODE_NONE);
}

/*
 * This test will open more connections than there are blocks while the module gets
 * no further ones. Each connection works; who has no record was counted.
 */
TEST_F_TIMEOUT(faults, traffic, 900)
{
	static struct pair p[CROWD];
	struct pair later;
	struct code ours;
	int64_t without;

	if (!fault_possible())
		SKIP(return, CANNOT);
	fault_none();
	module_reload(SMALL);
	ours = code_of_module("tcpledger");
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	run("ip link set lo up");
	fault_called_from(ours);
	fault_always();
	without = open_crowd(p, variant->family);
	say("%lld allocations failed, %lld of %d endpoints have no record",
	    (long long)fault_count(), (long long)without, 2 * CROWD);
	EXPECT_LT(0, fault_count());
	EXPECT_LT(0, without);
	EXPECT_LE(without, ledger_stat("not_kept_memory"));
	EXPECT_EQ(2 * CROWD - without, ledger_stat("records_created"));

	fault_called_from(ours);
	reset_crowd(p);
	/* An endpoint that was not known may be known at its end, for an older one. */
	EXPECT_EQ(0, ledger_stat("records_live"));
	EXPECT_EQ(ledger_stat("records_total"),
		  ledger_stat("records_created") - ledger_stat("evicted_history") -
		  ledger_stat("evicted_failed"));

	fault_none();
	later = pair_open(variant->family);
	pair_close_orderly(&later);
	EXPECT_VERDICT(later.c, later.s, 0, "close.kind=four_segment partial=false log_dropped=0");
	EXPECT_VERDICT(later.s, later.c, 0, "close.kind=four_segment partial=false log_dropped=0");
	module_reload("");
}

/* Whatever a program does with sockets and our files, without a look at what came of it. */
static void do_something(int family, unsigned int i)
{
	struct endpoint to = loopback(family);
	struct sockaddr_storage addr;
	socklen_t len = endpoint_to_sockaddr(&to, family, &addr);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), server = -1;
	char path[64], buf[512];
	size_t total;

	if (!bind(listener, (struct sockaddr *)&addr, len) && !listen(listener, 4) &&
	    !getsockname(listener, (struct sockaddr *)&addr, &len) &&
	    (!connect(client, (struct sockaddr *)&addr, len) || errno == EINPROGRESS)) {
		fcntl(listener, F_SETFL, O_NONBLOCK);
		server = accept(listener, NULL, NULL);
		total = send(client, "tcpledger", 9, MSG_NOSIGNAL);
		total += recv(server, buf, sizeof(buf), MSG_DONTWAIT);
	}
	snprintf(path, sizeof(path), LEDGER_PROC "/%s",
		 i % 3 ? "log" : i % 2 ? "stats" : "records");
	try_read(path, &total);
	if (i % 8 == 0 && !unshare(CLONE_NEWNET))
		try_read(LEDGER_PROC "/stats", &total);
	close(server);
	close(client);
	close(listener);
}

/* This test will let allocations of a busy program fail at random, everywhere in the kernel. */
TEST_F_TIMEOUT(faults, chaos, 900)
{
	struct pair p;

	if (!fault_possible())
		SKIP(return, CANNOT);
	fault_none();
	/* What it undoes then it reads without the lock: a report of 6.12's, not of ours. */
	fault_not_called_from(code_of_function("fib4_rules_init"));
	fault_of_marked(CHAOS_PERCENT);
	for (unsigned int i = 0; i < CHAOS; i++) {
		pid_t pid = fork();

		ASSERT_LE(0, pid);
		if (!pid) {
			fault_mark();
			do_something(variant->family, i);
			_exit(0);
		}
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	say("%lld allocations failed", (long long)fault_count());
	EXPECT_LT(0, fault_count());
	fault_none();
	p = pair_open(variant->family);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment partial=false log_dropped=0");
	EXPECT_VERDICT(p.s, p.c, 0, "close.kind=four_segment partial=false log_dropped=0");
	module_reload("");
}

TEST_HARNESS_MAIN
