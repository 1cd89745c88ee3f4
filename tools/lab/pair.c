// SPDX-License-Identifier: GPL-2.0
#include "lab/pair.h"

#include "lab/await.h"
#include "lab/sockets.h"

#define BACKLOG	8

/**
 * pair_open - the client connects, the server accepts
 * @world: the hosts
 *
 * Return: the connection, established at both ends.
 */
struct pair pair_open(struct world *world)
{
	struct pair pair;

	pair.listener = sockets_listen(world, BACKLOG);
	pair.client = sockets_connect(world);
	pair.server = sockets_accept(world, pair.listener);
	return pair;
}

/**
 * pair_ask - the client asks, the server answers, and the client has the answer
 * @world: the hosts
 * @pair: the connection
 */
void pair_ask(struct world *world, const struct pair *pair)
{
	sockets_send(world, pair->client, PAIR_REQUEST);
	sockets_receive(world, pair->server, PAIR_REQUEST);
	sockets_send(world, pair->server, PAIR_ANSWER);
	sockets_receive(world, pair->client, PAIR_ANSWER);
}

/**
 * pair_close_client - the client closes, and the server's host has acknowledged that
 * @world: the hosts
 * @pair: the connection
 */
void pair_close_client(struct world *world, const struct pair *pair)
{
	sockets_close(world, pair->client);
	sockets_receive_end(world, pair->server);
	await_state(world, WORLD_CLIENT, TCPLEDGER_STATE_FIN_WAIT2);
}
