// SPDX-License-Identifier: GPL-2.0
/* Connections whose two ends are in one process, and what all that measure share. */
#include "pair.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE		64

struct in_addr address = { .s_addr = 0x0100007f };
const char *server_netns;
int server_snmp;

void address_set(const char *text)
{
	if (inet_pton(AF_INET, text, &address) != 1)
		errx(2, "'%s' is no IPv4 address", text);
}

void need(bool ok, const char *what)
{
	if (!ok)
		err(1, "%s", what);
}

long number(const char *text)
{
	char *end = NULL;
	long n = text ? strtol(text, &end, 10) : 0;

	if (n <= 0 || *end)
		errx(2, "'%s': a count must be above 0", text ? text : "");
	return n;
}

long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void report(long long total, long count)
{
	printf("%lld %ld\n", total, count);
}

static int namespace_enter(const char *path)
{
	int old = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int new = open(path, O_RDONLY | O_CLOEXEC);

	need(old >= 0 && new >= 0 && !setns(new, CLONE_NEWNET), path);
	close(new);
	return old;
}

/* The listener belongs to the namespace in which it is made, and stays there. */
int listener_open(int port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, home = -1, fd;

	if (server_netns)
		home = namespace_enter(server_netns);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	need(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	     !bind(fd, (struct sockaddr *)&any, sizeof(any)) && !listen(fd, 128), "listen");
	server_snmp = open("/proc/self/net/snmp", O_RDONLY);
	need(server_snmp >= 0, "/proc/self/net/snmp");
	if (home >= 0) {
		need(!setns(home, CLONE_NEWNET), "setns");
		close(home);
	}
	return fd;
}

struct pair pair_open(int listener, int port, unsigned int host)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(ntohl(address.s_addr) + host),
	};
	struct pair p = { .client = socket(AF_INET, SOCK_STREAM, 0) };

	need(p.client >= 0 && !connect(p.client, (struct sockaddr *)&to, sizeof(to)), "connect");
	p.server = accept(listener, NULL, NULL);
	need(p.server >= 0, "accept");
	return p;
}

void pair_exchange(const struct pair *p)
{
	char message[MESSAGE] = "";

	need(write(p->client, message, MESSAGE) == MESSAGE &&
	     read(p->server, message, MESSAGE) == MESSAGE &&
	     write(p->server, message, MESSAGE) == MESSAGE &&
	     read(p->client, message, MESSAGE) == MESSAGE, "64 bytes there and back");
}

void connect_in_a_row(int listener, int port, long n)
{
	while (n--) {
		struct pair p = pair_open(listener, port, 0);

		pair_exchange(&p);
		close(p.client);
		close(p.server);
	}
}
