// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "base/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"

#define NS_PER_S	1000000000LL

/* Written by a signal's handler. */
static sig_atomic_t came;

static void note(int signal)
{
	(void)signal;
	__atomic_store_n(&came, 1, __ATOMIC_RELAXED);
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/**
 * interrupt_catch - from now on they are noted, and a read or a wait returns
 *
 * One that is ignored stays so, as nohup wants it.
 */
void interrupt_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note }, old;
	unsigned int i;

	__atomic_store_n(&came, 0, __ATOMIC_RELAXED);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

/**
 * interrupt_came - whether the program is to end
 *
 * Return: true if it is.
 */
bool interrupt_came(void)
{
	return __atomic_load_n(&came, __ATOMIC_RELAXED);
}

/**
 * interrupt_wait - wait for input, a signal, the time, or the end of who reads our output
 * @fd: descriptor
 * @watch_output: standard output is for data
 * @timeout_ns: the longest wait; negative is for ever
 *
 * A signal that comes between the look at it and the wait must not be slept over, so
 * that it is let in only while waiting.
 *
 * Return: false if nobody reads standard output any more.
 */
bool interrupt_wait(int fd, bool watch_output, int64_t timeout_ns)
{
	struct timespec timeout = { timeout_ns / NS_PER_S, timeout_ns % NS_PER_S };
	struct pollfd fds[] = { { fd, POLLIN, 0 }, { STDOUT_FILENO, 0, 0 } };
	sigset_t set, old;

	fill(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (!interrupt_came())
		ppoll(fds, watch_output ? 2 : 1, timeout_ns < 0 ? NULL : &timeout, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return !(fds[1].revents & POLLERR);
}
