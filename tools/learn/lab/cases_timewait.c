// SPDX-License-Identifier: GPL-2.0
/* What happens in TIME_WAIT, and what happens without it. */
#include "learn/lab/cases_timewait.h"

#include "learn/lab/await.h"
#include "learn/lab/network.h"
#include "learn/lab/pair.h"
#include "learn/lab/sockets.h"

#define PORTS	4

static void close_both(struct world *world, const struct pair *pair)
{
	pair_close_client(world, pair);
	sockets_close(world, pair->server);
	await_over(world, WORLD_SERVER);
}

/*
 * The answer takes so long that the server sends it again; the second one arrives
 * first, and the first one when the connection is closed already.
 */
static void leave_duplicate(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	network_delay(world, WORLD_SERVER, 1500);
	sockets_send(world, pair.server, PAIR_ANSWER);
	network_delay(world, WORLD_SERVER, WORLD_DELAY_MS);
	sockets_receive(world, pair.client, PAIR_ANSWER);
	close_both(world, &pair);
}

static void play_old_duplicate(struct world *world)
{
	world_sysctl(world, WORLD_CLIENT, "ipv4/tcp_rfc1337", "1");
	leave_duplicate(world);
	await_duplicate(world, WORLD_CLIENT);
	await_arrived(world, WORLD_CLIENT, TCPLEDGER_RST, 1);
	await_time_wait(world, WORLD_CLIENT);
}

static void play_assassinated(struct world *world)
{
	world_sysctl(world, WORLD_CLIENT, "ipv4/tcp_rfc1337", "0");
	leave_duplicate(world);
	await_over(world, WORLD_CLIENT);
}

static void play_reused(struct world *world)
{
	struct pair pair = pair_open(world);

	pair_ask(world, &pair);
	sockets_close(world, pair.server);
	sockets_receive_end(world, pair.client);
	sockets_close(world, pair.client);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_TIME_WAIT);
	await_over(world, WORLD_CLIENT);
	sockets_connect(world);
	sockets_accept(world, pair.listener);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

static void play_overflow(struct world *world)
{
	struct pair pair;

	world_sysctl(world, WORLD_CLIENT, "ipv4/tcp_max_tw_buckets", "0");
	pair = pair_open(world);
	sockets_shut(world, pair.client);	/* a closed one would not reach FIN_WAIT2 */
	sockets_receive_end(world, pair.server);
	await_state(world, WORLD_CLIENT, TCPLEDGER_STATE_FIN_WAIT2);
	sockets_close(world, pair.server);
	await_over(world, WORLD_SERVER);
	await_over(world, WORLD_CLIENT);
}

static void play_port_exhaustion(struct world *world)
{
	int listener = sockets_listen(world, PORTS);
	unsigned int i;

	world_sysctl(world, WORLD_CLIENT, "ipv4/ip_local_port_range", "40000 40003");
	for (i = 0; i < PORTS; i++) {
		struct pair pair = pair_join(world, listener, 0);

		close_both(world, &pair);
		await_state(world, WORLD_CLIENT, TCPLEDGER_STATE_TIME_WAIT);
	}
	sockets_begin(world, 0);
}

const struct lab_case cases_timewait[] = {
	{
		.name = "old-duplicate",
		.summary = N_("why 2MSL, the second reason: an old segment comes when all is over"),
		.done = N_("The server's answer takes 1.5 s on its way, so the server sends it "
			   "again, and the second copy comes first. Both sides close. Then the "
			   "first copy arrives."),
		.look = N_("The late copy finds the client in TIME_WAIT, which knows that all up "
			   "to here was received, throws it away and answers with an ACK. Without "
			   "TIME_WAIT a new connection between the same ports could have been "
			   "there by now, and might have taken the old bytes for its own. Such "
			   "a segment lives for one MSL at most, so after 2MSL neither it nor an "
			   "answer to it can be left. The ACK makes the server, which has forgotten "
			   "all, send an RST; the client ignores it here (sysctl tcp_rfc1337 1), "
			   "see 'assassinated'."),
		.play = play_old_duplicate,
		.view = { { WORLD_CLIENT, 1 } },
		.waits = true,
	},
	{
		.name = "assassinated",
		.summary = N_("an RST ends TIME_WAIT before its time (RFC 1337)"),
		.done = N_("The same as in 'old-duplicate', with Linux's default, the sysctl "
			   "tcp_rfc1337 0."),
		.look = N_("The late copy is answered with an ACK, the ACK with an RST by the "
			   "server, which knows of no connection any more, and that RST ends the "
			   "client's TIME_WAIT after {waited} of {nominal}. So the wait can be "
			   "undone by the very segments that it is to protect from: RFC 1337 calls "
			   "this TIME_WAIT assassination. The sysctl tcp_rfc1337 1 makes TIME_WAIT "
			   "ignore an RST."),
		.play = play_assassinated,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "reused",
		.summary = N_("a new connection takes the place of one in TIME_WAIT"),
		.done = N_("The server closes first, so TIME_WAIT is at the server. The client "
			   "connects again from the same port."),
		.look = N_("A new SYN may end TIME_WAIT if it cannot be an old one: its timestamp, "
			   "or else its sequence number, is beyond all that the old connection "
			   "had. The first picture ends so, after {waited} of {nominal}; the second "
			   "is the new connection. What is left of the old one in the network "
			   "has older numbers, so it cannot be taken for the new one's."),
		.play = play_reused,
		.view = { { WORLD_SERVER, 1 }, { WORLD_SERVER, 2 } },
	},
	{
		.name = "overflow",
		.summary = N_("no room for TIME_WAIT, so there is none"),
		.done = N_("The client's host may have no connection in TIME_WAIT (sysctl "
			   "tcp_max_tw_buckets 0). The client closes first."),
		.look = N_("Where TIME_WAIT should begin the client is CLOSE, at once. Most of "
			   "the time nothing happens; but a lost last ACK or a late segment would "
			   "now meet a host that knows nothing. Linux counts this as "
			   "TCPTimeWaitOverflow. The limit is there to save memory in an attack, "
			   "not as a way to have fewer TIME_WAITs."),
		.play = play_overflow,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "port-exhaustion",
		.summary = N_("all ports are in TIME_WAIT, and connect() fails"),
		.done = N_("The client's host has four ports for outgoing connections (sysctl "
			   "ip_local_port_range). Four connections are made, and the client closes "
			   "each. Then it connects a fifth time."),
		.look = N_("Each connection keeps its port for 2MSL after it was closed, here the "
			   "first of the four. The fifth finds none to the same server, and fails "
			   "before any segment is sent, so there is no picture of it. With Linux's "
			   "28 000 ports and 60 s this takes some 470 new connections a second to "
			   "one server. The cure: keep connections open and use them again, or let "
			   "the server close first."),
		.play = play_port_exhaustion,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{ }
};
