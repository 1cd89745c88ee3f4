// SPDX-License-Identifier: GPL-2.0
#include "lib/peer/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "lib/base/util.h"

/**
 * sock_new - make a TCP socket
 * @family: AF_INET or AF_INET6
 * Return: file descriptor
 */
int sock_new(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("TCP socket");
	return fd;
}

void sock_set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("setsockopt(%d, %d)", level, option);
}

/**
 * sock_bound - make a TCP socket with an address
 * @family: AF_INET or AF_INET6
 * @at: address and port
 * Return: file descriptor
 */
int sock_bound(int family, const struct endpoint *at)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(at, family, &sa);
	int fd = sock_new(family);

	sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&sa, len))
		die("bind to port %u", at->port);
	return fd;
}

/**
 * sock_listen - make a listening socket
 * @family: AF_INET or AF_INET6
 * @at: address and port
 * @backlog: as of listen()
 * Return: file descriptor
 */
int sock_listen(int family, const struct endpoint *at, int backlog)
{
	int fd = sock_bound(family, at);

	if (listen(fd, backlog))
		die("listen");
	return fd;
}

/**
 * sock_connect - connect(), blocking
 * @fd: socket
 * @family: of the socket
 * @to: where to
 * Return: 0, or the error
 */
int sock_connect(int fd, int family, const struct endpoint *to)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(to, family, &sa);

	return connect(fd, (struct sockaddr *)&sa, len) ? errno : 0;
}

/**
 * sock_connect_start - connect(), not blocking
 * @fd: socket, which stays non-blocking
 * @family: of the socket
 * @to: where to
 * Return: 0, EINPROGRESS, or an error
 */
int sock_connect_start(int fd, int family, const struct endpoint *to)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return sock_connect(fd, family, to);
}

static void wait_for(int fd, short events, const char *what)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	if (poll(&pfd, 1, DEADLINE_MS) != 1)
		die("waited in vain for %s", what);
}

/**
 * sock_accept - accept a connection
 * @listener: listening socket
 * Return: file descriptor
 */
int sock_accept(int listener)
{
	int fd;

	wait_for(listener, POLLIN, "a connection");
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		die("accept");
	return fd;
}

/**
 * sock_send - send zeros
 * @fd: socket
 * @len: how many
 * @flags: as of send()
 */
void sock_send(int fd, size_t len, int flags)
{
	char *data = calloc(1, len);

	if (!data || send(fd, data, len, flags | MSG_NOSIGNAL) != (ssize_t)len)
		die("send %zu bytes", len);
	free(data);
}

/**
 * sock_receive - receive until there is enough or the end of the stream
 * @fd: socket
 * @len: how much is enough; 0 to wait for the end
 * Return: how much came
 */
int sock_receive(int fd, size_t len)
{
	char data[4096];
	size_t got = 0;

	while (!len || got < len) {
		ssize_t n;

		wait_for(fd, POLLIN, "data");
		n = recv(fd, data, sizeof(data), 0);
		if (n < 0)
			die("recv");
		if (!n)
			break;
		got += n;
	}
	return got;
}

/**
 * sock_reset - close a socket so that it sends an RST
 * @fd: socket
 */
void sock_reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		die("SO_LINGER");
	close(fd);
}

/**
 * sock_error - take the pending error of a socket
 * @fd: socket
 * Return: error, 0 if there is none
 */
int sock_error(int fd)
{
	socklen_t len = sizeof(int);
	int error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		die("SO_ERROR");
	return error;
}

/**
 * sock_wait_error - wait until a socket has an error, and take the error
 * @fd: socket
 * @ms: how long to wait
 * Return: error, 0 if there is none
 */
int sock_wait_error(int fd, unsigned int ms)
{
	struct pollfd pfd = { .fd = fd };

	if (poll(&pfd, 1, ms) != 1)
		die("the socket got no error");
	return sock_error(fd);
}

/**
 * sock_state - the state of a socket as the kernel tells its owner
 * @fd: socket
 * Return: TCP_*
 */
int sock_state(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info.tcpi_state;
}

struct endpoint sock_local(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &len))
		die("getsockname");
	return endpoint_from_sockaddr(&sa);
}

struct endpoint sock_remote(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getpeername(fd, (struct sockaddr *)&sa, &len))
		die("getpeername");
	return endpoint_from_sockaddr(&sa);
}

/**
 * loopback - the loopback address
 * @family: AF_INET or AF_INET6
 * Return: endpoint with port 0
 */
struct endpoint loopback(int family)
{
	return endpoint_from_text(family == AF_INET ? "127.0.0.1" : "::1", 0);
}

/**
 * pair_listen - make the listener of a pair on the loopback address
 * @family: AF_INET or AF_INET6
 * @backlog: as of listen()
 * Return: the pair, not connected
 */
struct pair pair_listen(int family, int backlog)
{
	struct endpoint at = loopback(family);
	struct pair pair = { .family = family, .client = -1, .server = -1 };

	pair.listener = sock_listen(family, &at, backlog);
	pair.s = sock_local(pair.listener);
	return pair;
}

/**
 * pair_connect - connect the client and accept the server
 * @pair: with a listener
 */
void pair_connect(struct pair *pair)
{
	pair->client = sock_new(pair->family);
	if (sock_connect(pair->client, pair->family, &pair->s))
		die("connect");
	pair->c = sock_local(pair->client);
	pair->server = sock_accept(pair->listener);
}

/**
 * pair_open - make a connection over loopback
 * @family: AF_INET or AF_INET6
 * Return: the pair, both ends established
 */
struct pair pair_open(int family)
{
	struct pair pair = pair_listen(family, 8);

	pair_connect(&pair);
	return pair;
}

static int unacknowledged(int fd)
{
	int n;

	if (ioctl(fd, SIOCOUTQ, &n))
		die("SIOCOUTQ");
	return n;
}

/**
 * pair_delivered - wait until all that was sent has been acknowledged
 * @pair: both ends open
 */
void pair_delivered(struct pair *pair)
{
	need(!unacknowledged(pair->client) && !unacknowledged(pair->server), DEADLINE_MS);
}

/**
 * pair_serve - send bytes from the client to the server, and wait for the last ACK
 * @pair: both ends established
 * @len: how many
 */
void pair_serve(struct pair *pair, size_t len)
{
	sock_send(pair->client, len, 0);
	if (sock_receive(pair->server, len) != (int)len)
		die("the server got less");
	pair_delivered(pair);
}

/**
 * pair_close_orderly - close the client, wait for the ACK of its FIN, close the server
 * @pair: both ends established
 */
void pair_close_orderly(struct pair *pair)
{
	shutdown(pair->client, SHUT_WR);
	/* Not read(): what it answers is the FIN, not yet its delayed ACK. */
	need(sock_state(pair->client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(pair->server);
	need(sock_state(pair->client) == TCP_CLOSE, DEADLINE_MS);
	close(pair->client);
}
