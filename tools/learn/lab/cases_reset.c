// SPDX-License-Identifier: GPL-2.0
/* How connections are broken off. */
#include "learn/lab/cases_reset.h"

#include "learn/lab/await.h"
#include "learn/lab/network.h"
#include "learn/lab/pair.h"
#include "learn/lab/sockets.h"

static void play_reset_linger(struct world *world)
{
	struct pair pair = pair_open(world);

	sockets_reset(world, pair.client);
	await_over(world, WORLD_SERVER);
}

static void play_reset_unread(struct world *world)
{
	struct pair pair = pair_open(world);

	sockets_send(world, pair.client, PAIR_REQUEST);
	sockets_receive(world, pair.server, "W");	/* one byte of it */
	sockets_close(world, pair.server);
	await_over(world, WORLD_CLIENT);
}

/* An RST that gets lost, so that the server learns nothing: to it, the client crashed. */
static void play_half_open(struct world *world)
{
	struct pair pair = pair_open(world);

	network_lose(world, WORLD_CLIENT, "rst|ack", 1);
	sockets_reset(world, pair.client);
	await_over(world, WORLD_CLIENT);
	sockets_connect(world);
	sockets_accept(world, pair.listener);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

const struct lab_case cases_reset[] = {
	{
		.name = "reset-linger",
		.summary = N_("a program closes with SO_LINGER 0: an RST and no FIN"),
		.done = N_("The client's program sets SO_LINGER with a time of 0 and closes."),
		.look = N_("One segment and both ends are gone: no FIN, no TIME_WAIT. What was "
			   "not yet sent is thrown away, and the server's program does not read "
			   "the end of a stream but the error ECONNRESET. Some programs close so "
			   "to avoid TIME_WAIT; they give up what it protects from."),
		.play = play_reset_linger,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "reset-unread",
		.summary = N_("a program closes and has not read all: an RST and no FIN"),
		.done = N_("The client sends 18 bytes. The server's program reads one of them and "
			   "closes."),
		.look = N_("A FIN would let the client believe that its data was read. But 17 "
			   "bytes were thrown away unread, so Linux sends an RST: the client learns that "
			   "its data did not reach the program."),
		.play = play_reset_unread,
		.view = { { WORLD_SERVER, 1 } },
	},
	{
		.name = "half-open",
		.summary = N_("one end has crashed; its next SYN finds that out, by a "
			      "challenge ACK"),
		.done = N_("A connection is open. The client dies without a word (its RST gets "
			   "lost), and connects again from the same port."),
		.look = N_("The server is still ESTABLISHED and gets a SYN, which makes no sense "
			   "there. It must not believe it, since anybody could have sent it, so it "
			   "answers with a challenge ACK: 'this is where I am'. The client's host "
			   "knows nothing of that and sends an RST with exactly the number asked "
			   "for; now the server believes that the old connection is gone. The "
			   "client's SYN comes again, and a new connection is opened, from which "
			   "the SYN and the RST in this picture came already."),
		.play = play_half_open,
		.view = { { WORLD_SERVER, 1 } },
	},
	{ }
};
