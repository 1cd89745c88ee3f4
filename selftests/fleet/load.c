// SPDX-License-Identifier: GPL-2.0
/*
 * load ADDRESS SERVER_NETNS CLOSED RESET LEAKED REFUSED
 *
 * So many connections to a server in another network namespace, of each kind. Client and
 * server are one process, so that it is known what happened. Those that leak are held until
 * this program is killed; it says 'over' when all the others are over.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT		5432
#define PORT_CLOSED	81

static void need(bool ok, const char *what)
{
	if (!ok)
		err(1, "%s", what);
}

/* The listener stays in the namespace in which it is made. */
static int listener_open(const char *netns)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open(netns, O_RDONLY | O_CLOEXEC), fd;

	need(home >= 0 && there >= 0 && !setns(there, CLONE_NEWNET), netns);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	need(fd >= 0 && !bind(fd, (struct sockaddr *)&any, sizeof(any)) && !listen(fd, 8),
	     "listen");
	need(!setns(home, CLONE_NEWNET), "setns");
	close(there);
	close(home);
	return fd;
}

static int client_open(const char *address, int port, int error)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	need(fd >= 0 && inet_pton(AF_INET, address, &to.sin_addr) == 1, address);
	if (error)
		need(connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno == error, "refused");
	else
		need(!connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	return fd;
}

static int server_open(int listener)
{
	int fd = accept(listener, NULL, NULL);

	need(fd >= 0, "accept");
	return fd;
}

/* Longer than an ACK is delayed, so that FIN and ACK are two segments. */
static void await_ack(void)
{
	const struct timespec delay = { .tv_nsec = 50000000 };

	nanosleep(&delay, NULL);
}

int main(int argc, char **argv)
{
	const struct linger now = { .l_onoff = 1 };
	int listener, client, server;
	long closed, reset, leaked, refused;

	if (argc != 7)
		errx(2, "usage: load ADDRESS SERVER_NETNS CLOSED RESET LEAKED REFUSED");
	closed = atol(argv[3]);
	reset = atol(argv[4]);
	leaked = atol(argv[5]);
	refused = atol(argv[6]);
	listener = listener_open(argv[2]);
	while (leaked--) {
		client_open(argv[1], PORT, 0);
		close(server_open(listener));
	}
	while (closed--) {
		client = client_open(argv[1], PORT, 0);
		server = server_open(listener);
		close(client);
		await_ack();
		close(server);
	}
	while (reset--) {
		client = client_open(argv[1], PORT, 0);
		server = server_open(listener);
		need(!setsockopt(server, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "SO_LINGER");
		close(server);
		close(client);
	}
	while (refused--)
		close(client_open(argv[1], PORT_CLOSED, ECONNREFUSED));
	puts("over");
	fflush(stdout);
	for (;;)
		pause();
}
