/* SPDX-License-Identifier: GPL-2.0 */
/* One connection with both its sockets, which ask, answer and close. */
#ifndef TCPLEDGER_PAIR_H
#define TCPLEDGER_PAIR_H

#include <stdint.h>

#include "lab/world.h"

#define PAIR_REQUEST	"What is the time?\n"
#define PAIR_ANSWER	"High time.\n"

/**
 * struct pair - the two sockets of a connection
 * @listener: the server's, that accepts
 * @client: the client's
 * @server: the server's
 */
struct pair {
	int	listener;
	int	client;
	int	server;
};

struct pair pair_join(struct world *world, int listener, uint16_t port);
struct pair pair_open(struct world *world);
void pair_ask(struct world *world, const struct pair *pair);
void pair_close_client(struct world *world, const struct pair *pair);

#endif
