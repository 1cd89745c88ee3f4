// SPDX-License-Identifier: GPL-2.0
#include "lab/pair.h"

#include "lab/await.h"
#include "lab/sockets.h"

#define BACKLOG	8

/**
 * pair_join - the client connects to a server that listens already
 * @world: the hosts
 * @listener: the server's socket that listens
 * @port: the client's port, 0 for one that the kernel chooses
 *
 * Return: the connection, established at both ends.
 */
struct pair pair_join(struct world *world, int listener, uint16_t port)
{
	struct pair pair = { .listener = listener, .client = sockets_begin(world, port) };

	sockets_established(world, pair.client);
	pair.server = sockets_accept(world, listener);
	return pair;
}

/**
 * pair_open - the client connects, the server accepts
 * @world: the hosts
 *
 * Return: the connection, established at both ends.
 */
struct pair pair_open(struct world *world)
{
	return pair_join(world, sockets_listen(world, BACKLOG), WORLD_CLIENT_PORT);
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
