/* SPDX-License-Identifier: GPL-2.0 */
/* TCP sockets, where each call either succeeds or ends the test. */
#ifndef TCPLEDGER_SELFTEST_SOCK_H
#define TCPLEDGER_SELFTEST_SOCK_H

#include "lib/base/packet.h"

/**
 * struct pair - a connection with both ends in this process
 * @family: of the sockets
 * @listener: listening socket
 * @client: socket that connected
 * @server: socket that accepted
 * @c: endpoint of the client
 * @s: endpoint of the server
 */
struct pair {
	int family;
	int listener;
	int client;
	int server;
	struct endpoint c;
	struct endpoint s;
};

int sock_new(int family);
int sock_listen(int family, const struct endpoint *at, int backlog);
int sock_bound(int family, const struct endpoint *at);
int sock_connect_start(int fd, int family, const struct endpoint *to);
int sock_connect(int fd, int family, const struct endpoint *to);
int sock_accept(int listener);
void sock_send(int fd, size_t len, int flags);
int sock_receive(int fd, size_t len);
void sock_reset(int fd);
int sock_error(int fd);
int sock_wait_error(int fd, unsigned int ms);
int sock_state(int fd);
struct endpoint sock_local(int fd);
struct endpoint sock_remote(int fd);
void sock_set(int fd, int level, int option, int value);

struct endpoint loopback(int family);
struct pair pair_listen(int family, int backlog);
void pair_connect(struct pair *pair);
struct pair pair_open(int family);
void pair_close_orderly(struct pair *pair);
void pair_delivered(struct pair *pair);
void pair_serve(struct pair *pair, size_t len);

#endif
