// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "lab/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"

#define DEADLINE_MS	60000	/* beyond it something hangs */
#define MARKER_PORT	9	/* of UDP */
#define ROUNDS		2	/* an answer may be answered */

static void fail_call(struct world *world, const char *what)
{
	world->status = fail_work("run it again; if it fails again, it is a bug",
				  "a socket of the case failed: %s: %s", what,
				  strerror(errno));
}

static struct sockaddr_in address_of(enum world_host host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, host == WORLD_CLIENT ? WORLD_CLIENT_ADDRESS : WORLD_SERVER_ADDRESS,
		  &address.sin_addr);
	return address;
}

static int keep(struct world *world, enum world_host host, int fd, const char *what)
{
	if (fd >= 0 && world->count < WORLD_SOCKETS) {
		world->owner[world->count] = host;
		world->sockets[world->count++] = fd;
		return fd;
	}
	if (fd >= 0) {
		close(fd);
		errno = EMFILE;
	}
	fail_call(world, what);
	return -1;
}

/* Be the program whose socket it is. */
static bool enter_owner(struct world *world, int fd)
{
	unsigned int i = world->count;

	while (i-- > 0)
		if (world->sockets[i] == fd)
			return world_enter(world, world->owner[i]);
	return false;
}

/*
 * A bound port may be taken again from a connection that is over, and what is sent
 * leaves at once. An accepted socket has both from its listener.
 */
static int open_socket(struct world *world, enum world_host host, uint16_t port)
{
	struct sockaddr_in address = address_of(host, port);
	int one = 1, fd;

	if (!world_enter(world, host))
		return -1;
	fd = keep(world, host, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		  "socket");
	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
			(port && bind(fd, (struct sockaddr *)&address, sizeof(address)))))
		fail_call(world, "bind");
	return fd;
}

/**
 * sockets_listen - the server's program listens
 * @world: the hosts
 * @backlog: how many connections may wait to be accepted
 *
 * Return: the listening socket.
 */
int sockets_listen(struct world *world, int backlog)
{
	int fd = open_socket(world, WORLD_SERVER, WORLD_SERVER_PORT);

	if (!world->status && listen(fd, backlog))
		fail_call(world, "listen");
	return fd;
}

/**
 * sockets_begin - the client's program begins to connect
 * @world: the hosts
 * @port: its own port, 0 for one that the kernel chooses
 *
 * What connect() says at once is left in @world->error, unless it is EINPROGRESS.
 *
 * Return: the socket.
 */
int sockets_begin(struct world *world, uint16_t port)
{
	struct sockaddr_in server = address_of(WORLD_SERVER, WORLD_SERVER_PORT);
	int fd = open_socket(world, WORLD_CLIENT, port);

	if (world->status)
		return fd;
	world->error = 0;
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) && errno != EINPROGRESS)
		world->error = errno;
	return fd;
}

/**
 * sockets_begin_back - the server's program begins to connect to the client's
 * @world: the hosts
 *
 * Return: the socket, from WORLD_SERVER_PORT to WORLD_CLIENT_PORT.
 */
int sockets_begin_back(struct world *world)
{
	struct sockaddr_in client = address_of(WORLD_CLIENT, WORLD_CLIENT_PORT);
	int fd = open_socket(world, WORLD_SERVER, WORLD_SERVER_PORT);

	if (!world->status && connect(fd, (struct sockaddr *)&client, sizeof(client)) &&
	    errno != EINPROGRESS)
		fail_call(world, "connect");
	return fd;
}

/**
 * sockets_allow_fast - the server's program takes data in a SYN
 * @world: the hosts
 * @listener: its listening socket
 */
void sockets_allow_fast(struct world *world, int listener)
{
	int queue = 8;

	if (enter_owner(world, listener) &&
	    setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)))
		fail_call(world, "setsockopt");
}

/**
 * sockets_begin_fast - the client's program begins to connect with Fast Open
 * @world: the hosts
 * @port: its own port
 * @text: what is to be sent in the SYN, if the kernel has a cookie of the server
 *
 * Return: the socket.
 */
int sockets_begin_fast(struct world *world, uint16_t port, const char *text)
{
	struct sockaddr_in server = address_of(WORLD_SERVER, WORLD_SERVER_PORT);
	int fd = open_socket(world, WORLD_CLIENT, port);

	if (!world->status && sendto(fd, text, strlen(text), MSG_FASTOPEN | MSG_NOSIGNAL,
				     (struct sockaddr *)&server, sizeof(server)) < 0 &&
	    errno != EINPROGRESS)
		fail_call(world, "sendto");
	return fd;
}

static bool is_ready(struct world *world, int fd, short events, const char *what)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ready;

	if (!enter_owner(world, fd))
		return false;
	do {
		ready = poll(&pollfd, 1, DEADLINE_MS);
	} while (ready < 0 && errno == EINTR);
	if (!ready)
		errno = ETIMEDOUT;
	if (ready <= 0)
		fail_call(world, what);
	return ready > 0;
}

/* How connecting came out: 0 or an errno. */
static int connect_error(struct world *world, int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (is_ready(world, fd, POLLOUT, "connect") &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		fail_call(world, "connect");
	return error;
}

/**
 * sockets_established - wait until a socket is connected
 * @world: the hosts
 * @fd: what sockets_begin() gave
 */
void sockets_established(struct world *world, int fd)
{
	int error = connect_error(world, fd);

	if (world->status || !error)
		return;
	errno = error;
	fail_call(world, "connect");
}

/**
 * sockets_failed - wait until connecting has failed, as it is to
 * @world: the hosts; @world->error is set to the reason
 * @fd: what sockets_begin() gave
 */
void sockets_failed(struct world *world, int fd)
{
	int error = connect_error(world, fd);

	if (world->status)
		return;
	if (error)
		world->error = error;
	else
		world->status = fail_work("report it as a bug",
					  "a connection was made that was to fail");
}

/**
 * sockets_connect - the client's program connects
 * @world: the hosts
 *
 * Return: the socket, of the first connection from WORLD_CLIENT_PORT.
 */
int sockets_connect(struct world *world)
{
	int fd = sockets_begin(world, WORLD_CLIENT_PORT);

	sockets_established(world, fd);
	return fd;
}

/**
 * sockets_accept - the server's program accepts a connection
 * @world: the hosts
 * @listener: its listening socket
 *
 * Return: the socket.
 */
int sockets_accept(struct world *world, int listener)
{
	if (!is_ready(world, listener, POLLIN, "accept"))
		return -1;
	return keep(world, WORLD_SERVER,
		    accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept");
}

/**
 * sockets_send - a program sends
 * @world: the hosts
 * @fd: its socket
 * @text: what it sends; it fits into the socket's buffer
 */
void sockets_send(struct world *world, int fd, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	if (enter_owner(world, fd) && send(fd, text, strlen(text), MSG_NOSIGNAL) != len)
		fail_call(world, "send");
}

/* Receive up to @most bytes; 0 at the end or after a failure. */
static size_t receive_some(struct world *world, int fd, size_t most)
{
	char bytes[256];
	ssize_t n;

	if (!is_ready(world, fd, POLLIN, "recv"))
		return 0;
	n = recv(fd, bytes, most < sizeof(bytes) ? most : sizeof(bytes), 0);
	if (n < 0)
		fail_call(world, "recv");
	return n > 0 ? (size_t)n : 0;
}

/**
 * sockets_receive - a program receives
 * @world: the hosts
 * @fd: its socket
 * @text: what was sent
 */
void sockets_receive(struct world *world, int fd, const char *text)
{
	size_t left = strlen(text);

	while (left && !world->status) {
		size_t got = receive_some(world, fd, left);

		left -= got;
		if (!got && !world->status) {
			errno = ECONNRESET;
			fail_call(world, "recv");
		}
	}
}

/**
 * sockets_receive_end - a program waits until the other has no more to send
 * @world: the hosts
 * @fd: its socket
 */
void sockets_receive_end(struct world *world, int fd)
{
	while (receive_some(world, fd, SIZE_MAX))
		continue;
}

/**
 * sockets_shut - a program has no more to send, and goes on receiving
 * @world: the hosts
 * @fd: its socket
 */
void sockets_shut(struct world *world, int fd)
{
	if (enter_owner(world, fd) && shutdown(fd, SHUT_WR))
		fail_call(world, "shutdown");
}

/**
 * sockets_close - a program closes
 * @world: the hosts
 * @fd: its socket
 */
void sockets_close(struct world *world, int fd)
{
	unsigned int i;

	if (!enter_owner(world, fd))
		return;
	for (i = 0; i < world->count; i++)
		if (world->sockets[i] == fd)
			world->sockets[i] = -1;
	close(fd);
}

/**
 * sockets_reset - a program closes with SO_LINGER and a time of 0
 * @world: the hosts
 * @fd: its socket
 */
void sockets_reset(struct world *world, int fd)
{
	const struct linger now = { .l_onoff = 1 };

	if (enter_owner(world, fd) && setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		fail_call(world, "setsockopt");
	sockets_close(world, fd);
}

static int open_marker(struct world *world, enum world_host host)
{
	struct sockaddr_in address = address_of(host, MARKER_PORT);
	int fd;

	if (!world_enter(world, host))
		return -1;
	fd = keep(world, host, socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		  "socket");
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail_call(world, "bind");
	return fd;
}

static void send_marker(struct world *world, int from, enum world_host to, int marker)
{
	struct sockaddr_in address = address_of(to, MARKER_PORT);
	char byte = 0;

	if (enter_owner(world, from) &&
	    sendto(from, &byte, 1, 0, (struct sockaddr *)&address, sizeof(address)) != 1)
		fail_call(world, "sendto");
	if (is_ready(world, marker, POLLIN, "recv") && recv(marker, &byte, 1, 0) != 1)
		fail_call(world, "recv");
}

/**
 * sockets_settle - wait until all that is under way has arrived, and been answered
 * @world: the hosts
 *
 * The network overtakes nothing, so what was sent before a datagram arrives before it.
 */
void sockets_settle(struct world *world)
{
	int client = open_marker(world, WORLD_CLIENT);
	int server = open_marker(world, WORLD_SERVER);
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		send_marker(world, client, WORLD_SERVER, server);
		send_marker(world, server, WORLD_CLIENT, client);
	}
}
