// SPDX-License-Identifier: GPL-2.0
/*
 * The module unloaded again and again on CPUs that really run at once, under traffic;
 * and before that a module that has nothing but kprobes. QEMU may hit a breakpoint that
 * another CPU has just taken away: what takes the VM down in the first test is no
 * fault of tcpledger, and must be judged with the second.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/module.h"

#define CYCLES		times(5, 1000)
#define CONTROL		"/payload/tcpledger_control.ko"
#define HITS		"/sys/module/tcpledger_control/parameters/hits"
#define THREADS		2

static struct load load;

FIXTURE(unload) {
	pthread_t thread[THREADS];
};

FIXTURE_SETUP(unload)
{
	load.family = AF_INET;
	load.unloads = true;
}

FIXTURE_TEARDOWN(unload)
{
}

static void start(pthread_t *thread)
{
	for (int i = 0; i < THREADS; i++)
		thread[i] = load_start(&load, load_connections);
}

static void stop(pthread_t *thread)
{
	load.stop = true;
	load_wait(thread, THREADS);
}

static void need_traffic(void)
{
	unsigned int then = load.connections;

	need(load.connections - then >= 3, DEADLINE_MS);
}

static void control_load(void)
{
	int fd = open(CONTROL, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("load %s", CONTROL);
	close(fd);
}

static int control_hits(void)
{
	char *text = read_all(HITS);
	int n = atoi(text);

	free(text);
	return n;
}

/* This test will load and unload the kprobes alone. */
TEST_F_TIMEOUT(unload, control, 6000)
{
	int before = kernel_taint();

	if (access(CONTROL, R_OK))
		SKIP(return, "no " CONTROL);
	module_unload();
	start(self->thread);
	for (unsigned int i = 0; i < CYCLES; i++) {
		control_load();
		need(control_hits(), DEADLINE_MS);
		need_traffic();
		if (syscall(SYS_delete_module, "tcpledger_control", 0))
			die("unload the control");
	}
	stop(self->thread);
	EXPECT_EQ(before, kernel_taint());
	module_load("");
	say("%u cycles, %u connections", CYCLES, load.connections);
}

/* This test will load and unload tcpledger as often. */
TEST_F_TIMEOUT(unload, module, 6000)
{
	int before = kernel_taint();

	start(self->thread);
	for (unsigned int i = 0; i < CYCLES; i++) {
		need_traffic();
		module_unload();
		EXPECT_FALSE(module_has_cache());
		module_load("");
		need(ledger_stat("state_changes"), DEADLINE_MS);
	}
	stop(self->thread);
	EXPECT_EQ(before, kernel_taint());
	say("%u cycles, %u connections", CYCLES, load.connections);
}

TEST_HARNESS_MAIN
