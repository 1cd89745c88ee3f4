// SPDX-License-Identifier: GPL-2.0
/*
 * The work whose cost is measured, and the clock that measures it.
 *
 *   workload [--address A] [--server-netns FILE] WORK
 *
 *   connections N   N connections in a row, 64 bytes there and back on each
 *   roundtrips N    64 bytes there and back, N times on one connection
 *   bulk MIB        MIB mebibytes one way on one connection
 *   hold N          N open connections, until this program is killed
 *   run FILE PROGRAM...  any other program, its output into FILE
 *
 * Client and server are one process, so nothing waits for anything and the CPU is
 * never idle while the work goes on. Each prints TOTAL and N: nanoseconds that the
 * CPU was busy, and how many connections, round trips, segments or lines of
 * output that was.
 * In a VM under QEMU's -icount shift=0 a nanosecond is an instruction.
 *
 * What the work leaves behind counts too: a reader that has not read all yet, a
 * worker of the kernel. So the clock runs on until all that is over, and the time
 * that the CPU was idle is taken off. Marks in the code tell a profiler when.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "marks.h"
#include "pair.h"

#define CHUNK		65536
#define BUFFER		(4 << 20)
#define MEBIBYTE	(1 << 20)
#define PORTS_EACH	5000	/* connections to one address: a free port is found at once */

/* tcpdump hands on what it has caught after a second at the latest. */
#define SETTLE_NS	1500000000L

/* How long the only CPU has been idle, to the nanosecond; /proc/stat has 10 ms. */
static long long idle_ns(void)
{
	static const char key[] = "idle_sleeptime";
	FILE *f = fopen("/proc/timer_list", "r");
	long long sum = -1;
	char line[256];

	while (f && sum < 0 && fgets(line, sizeof(line), f)) {
		char *at = strstr(line, key);

		if (at)
			sum = strtoll(strchr(at, ':') + 1, NULL, 10);
	}
	if (sum < 0)
		errx(1, "/proc/timer_list has no %s: no way to tell work from waiting", key);
	fclose(f);
	return sum;
}

/**
 * struct watch - a span of time being measured
 * @idle: idle time before it
 * @start: when it began
 */
struct watch {
	long long idle;
	long long start;
};

static struct watch watch_start(void)
{
	struct watch w = { .idle = idle_ns() };

	w.start = now();
	MARK(MARK_BEGIN);
	return w;
}

static long long watch_stop(const struct watch *w)
{
	struct timespec settle = { SETTLE_NS / 1000000000, SETTLE_NS % 1000000000 };
	long long end;

	nanosleep(&settle, NULL);
	MARK(MARK_END);
	end = now();
	return end - w->start - (idle_ns() - w->idle);
}

static void connections(long n)
{
	int listener = listener_open(PORT);
	struct watch w;

	connect_in_a_row(listener, PORT, WARM_UP);
	w = watch_start();
	connect_in_a_row(listener, PORT, n);
	report(watch_stop(&w), n);
}

static void roundtrips(long n)
{
	struct pair p = pair_open(listener_open(PORT), PORT, 0);
	struct watch w = watch_start();

	for (long i = 0; i < n; i++)
		pair_exchange(&p);
	report(watch_stop(&w), n);
}

/* Segments as IP handed them to TCP: one made of many by GSO or GRO counts once. */
static long segments_delivered(void)
{
	char text[4096] = "", *line;
	long delivered;

	need(pread(server_snmp, text, sizeof(text) - 1, 0) > 0, "/proc/self/net/snmp");
	line = strstr(text, "\nIp: ");
	if (!line || sscanf(line, "\nIp: %*d %*d %*d %*d %*d %*d %*d %*d %ld", &delivered) != 1)
		errx(1, "/proc/net/snmp has no Ip InDelivers");
	return delivered;
}

static void buffer_set(int fd, int option)
{
	int room = BUFFER;

	need(!setsockopt(fd, SOL_SOCKET, option, &room, sizeof(room)), "socket buffer");
}

/* With room for all that is on its way neither end ever has to wait. */
static void bulk(long mebibytes)
{
	static char chunk[CHUNK];
	struct pair p = pair_open(listener_open(PORT), PORT, 0);
	long long left = (long long)mebibytes * MEBIBYTE, unread = left;
	long before = segments_delivered();
	long long busy;
	struct watch w;
	ssize_t out, in;

	buffer_set(p.client, SO_SNDBUFFORCE);
	buffer_set(p.server, SO_RCVBUFFORCE);
	w = watch_start();
	while (unread) {
		out = send(p.client, chunk, left < CHUNK ? left : CHUNK, MSG_DONTWAIT);

		need(out >= 0 || errno == EAGAIN, "send");
		left -= out > 0 ? out : 0;
		while ((in = recv(p.server, chunk, CHUNK, MSG_DONTWAIT)) > 0)
			unread -= in;
		need(!in || errno == EAGAIN, "recv");
		if (out <= 0)
			sched_yield();
	}
	busy = watch_stop(&w);
	report(busy, segments_delivered() - before);
}

static void hold(long n)
{
	int listener = listener_open(PORT);

	for (long i = 0; i < n; i++)
		pair_open(listener, PORT, i / PORTS_EACH);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

static long lines_in(int fd)
{
	static char text[CHUNK];
	off_t at = 0;
	long lines = 0;
	ssize_t len;

	while ((len = pread(fd, text, sizeof(text), at)) > 0) {
		for (ssize_t i = 0; i < len; i++)
			lines += text[i] == '\n';
		at += len;
	}
	return lines;
}

static void run(const char *output, char **argv)
{
	int fd = open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), status;
	struct watch w = watch_start();
	pid_t child = fork();
	long long busy;

	need(fd >= 0, output);
	need(child >= 0, "fork");
	if (!child) {
		need(dup2(fd, STDOUT_FILENO) >= 0, output);
		execvp(argv[0], argv);
		err(1, "%s", argv[0]);
	}
	need(waitpid(child, &status, 0) == child, "wait");
	if (status)
		errx(1, "%s failed", argv[0]);
	busy = watch_stop(&w);
	report(busy, lines_in(fd));
}

static void work(char **argv)
{
	const char *what = argv[0] ? argv[0] : "";

	if (!strcmp(what, "connections"))
		connections(number(argv[1]));
	else if (!strcmp(what, "roundtrips"))
		roundtrips(number(argv[1]));
	else if (!strcmp(what, "bulk"))
		bulk(number(argv[1]));
	else if (!strcmp(what, "hold"))
		hold(number(argv[1]));
	else if (!strcmp(what, "run") && argv[1] && argv[2])
		run(argv[1], argv + 2);
	else
		errx(2, "cannot do '%s', see the head of workload.c", what);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "server-netns", required_argument, NULL, 's' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		if (c == 'a')
			address_set(optarg);
		else if (c == 's')
			server_netns = optarg;
		else if (c == '?')
			return 2;
	}
	work(argv + optind);
	return 0;
}
