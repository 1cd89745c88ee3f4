// SPDX-License-Identifier: GPL-2.0
/* How connections are closed. */
#include "learn/lab/cases_closing.h"

#include "learn/lab/await.h"
#include "learn/lab/network.h"
#include "learn/lab/pair.h"
#include "learn/lab/sockets.h"

#define FIN	(TCPLEDGER_FIN | TCPLEDGER_ACK)
#define TRIES	5

static void play_four_segments(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	pair_close_client(world, &pair);
	sockets_close(world, pair.server);
	await_over(world, WORLD_SERVER);
	await_time_wait(world, WORLD_CLIENT);
}

/*
 * A server that has just answered delays its ACKs for 40 ms, and closes in that time
 * if the machine is not too busy; else the next connection may do it.
 */
static void play_three_segments(struct world *world)
{
	int listener = sockets_listen(world, TRIES);
	uint16_t port = WORLD_CLIENT_PORT;

	do {
		struct pair pair = pair_join(world, listener, port++);

		pair_ask(world, &pair);
		sockets_close(world, pair.client);
		sockets_receive_end(world, pair.server);
		sockets_close(world, pair.server);
		await_over(world, WORLD_SERVER);
	} while (!world->status && port < WORLD_CLIENT_PORT + TRIES &&
		 !await_has_kind(world, WORLD_SERVER, TCPLEDGER_KIND_THREE_SEGMENT));
	await_time_wait(world, WORLD_CLIENT);
}

static void play_half_close(struct world *world)
{
	struct pair pair = pair_open(world);
	unsigned int i;

	sockets_send(world, pair.client, PAIR_REQUEST);
	sockets_shut(world, pair.client);
	sockets_receive_end(world, pair.server);
	await_state(world, WORLD_CLIENT, TCPLEDGER_STATE_FIN_WAIT2);
	for (i = 0; i < 3; i++) {
		sockets_send(world, pair.server, PAIR_ANSWER);
		sockets_receive(world, pair.client, PAIR_ANSWER);
	}
	sockets_close(world, pair.server);
	sockets_receive_end(world, pair.client);
	sockets_close(world, pair.client);
	await_over(world, WORLD_SERVER);
	await_time_wait(world, WORLD_CLIENT);
}

static void play_simultaneous_close(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	network_delay_both(world, WORLD_SLOW_MS);
	sockets_close(world, pair.client);
	sockets_close(world, pair.server);
	network_delay_both(world, WORLD_DELAY_MS);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_TIME_WAIT);
	await_time_wait(world, WORLD_CLIENT);
}

static void play_close_wait(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	pair_close_client(world, &pair);
}

static void play_lost_fin(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	network_lose(world, WORLD_CLIENT, "fin|ack", 1);
	pair_close_client(world, &pair);
	sockets_close(world, pair.server);
	await_over(world, WORLD_SERVER);
	await_time_wait(world, WORLD_CLIENT);
}

static void play_lost_last_ack(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	pair_close_client(world, &pair);
	network_lose(world, WORLD_CLIENT, "ack", 1);
	sockets_close(world, pair.server);
	await_arrived(world, WORLD_CLIENT, FIN, 2);
	await_over(world, WORLD_SERVER);
	await_time_wait(world, WORLD_CLIENT);
}

const struct lab_case cases_closing[] = {
	{
		.name = "four-segments",
		.summary = N_("the four steps: FIN, ACK, FIN, ACK"),
		.done = N_("A client asks, the server answers. The client closes, and a little "
			   "later the server does."),
		.look = N_("A connection is two streams of bytes, one in each direction, and "
			   "each is closed by itself: a FIN says 'I have no more to send', an ACK "
			   "says 'I got all of it'. Two FINs and two ACKs are four. Who closes "
			   "first passes through FIN_WAIT1, FIN_WAIT2 and TIME_WAIT; the other "
			   "through CLOSE_WAIT, as long as its program has not closed, and "
			   "LAST_ACK. Here {half} lay between the two FINs."),
		.play = play_four_segments,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{
		.name = "three-segments",
		.summary = N_("the ACK of the first FIN travels with the second FIN"),
		.done = N_("The same, but the server's program closes at once, before its host "
			   "has sent the ACK of the client's FIN."),
		.look = N_("The server owes an ACK and wants to send a FIN: both fit into one "
			   "segment. So four steps may take three segments, when the other side "
			   "has nothing more to send and closes before its ACK has left (Linux "
			   "delays an ACK for up to 40 ms in the hope of such company). The "
			   "client passes FIN_WAIT2 while it reads that one segment."),
		.play = play_three_segments,
		.view = { { WORLD_CLIENT, CASE_LAST } },
		.waits = true,
	},
	{
		.name = "half-close",
		.summary = N_("why four: one side has finished and the other still sends"),
		.done = N_("The client sends a question and then its FIN (shutdown). The server "
			   "answers in three pieces, and closes only then."),
		.look = N_("The client's FIN is acknowledged, but the server is not done: it "
			   "sends {received} bytes more, and its own FIN {half} after the client's. "
			   "In between, the client is in FIN_WAIT2 and receives, and the server is "
			   "in CLOSE_WAIT and sends. The ACK cannot wait for the server's FIN, "
			   "because nobody knows when the server's program will be done: seconds, "
			   "or hours. That is why there are four steps and not three."),
		.play = play_half_close,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{
		.name = "simultaneous-close",
		.summary = N_("both close at once, and their FINs cross"),
		.done = N_("Client and server close at the same moment."),
		.look = N_("Each side has sent its FIN and gets the other's where it expected an "
			   "ACK: that is the state CLOSING. Both closed first, so both end in "
			   "TIME_WAIT."),
		.play = play_simultaneous_close,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{
		.name = "close-wait",
		.summary = N_("a program that never closes: CLOSE_WAIT"),
		.done = N_("The client closes. The server's program does not."),
		.look = N_("CLOSE_WAIT has no timer: the kernel waits for the program to close, "
			   "for ever if it forgot to. Many of these at one program are a bug of "
			   "that program, and 'tcpledger list --state CLOSE_WAIT' says which it "
			   "is. The client waits in FIN_WAIT2, and its kernel gives up after a "
			   "minute (sysctl tcp_fin_timeout)."),
		.play = play_close_wait,
		.view = { { WORLD_SERVER, 1 } },
	},
	{
		.name = "lost-fin",
		.summary = N_("the first FIN is lost, and is sent again"),
		.done = N_("The client closes, and the network loses its FIN."),
		.look = N_("A FIN takes a sequence number, like a byte, so that it can be "
			   "acknowledged, and is sent again if it is not. The client stays in "
			   "FIN_WAIT1 until its second FIN is acknowledged; the server notices "
			   "nothing but the delay."),
		.play = play_lost_fin,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{
		.name = "lost-last-ack",
		.summary = N_("why 2MSL: the last ACK is lost, the FIN comes and the ACK goes "
			      "again"),
		.done = N_("The client closes, then the server; the network loses the last "
			   "ACK, which the client sends."),
		.look = N_("Nobody acknowledges the last ACK, so its sender cannot know whether "
			   "it arrived. Here it did not: the server, in LAST_ACK, sent its FIN "
			   "again, and the client, because it was still there in TIME_WAIT, "
			   "acknowledged it again, and its wait began anew. Had it forgotten the "
			   "connection, the FIN would have been answered by an RST, and the "
			   "server would have ended with an error."),
		.play = play_lost_last_ack,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{ }
};
