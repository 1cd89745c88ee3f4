// SPDX-License-Identifier: GPL-2.0
/* How connections are opened, and how that fails. */
#include "learn/lab/cases_opening.h"

#include "learn/lab/await.h"
#include "learn/lab/network.h"
#include "learn/lab/pair.h"
#include "learn/lab/sockets.h"

#define SYN	TCPLEDGER_SYN
#define ACK	TCPLEDGER_ACK
#define RST	TCPLEDGER_RST

#define BACKLOG	8

static void play_handshake(struct world *world)
{
	pair_open(world);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

static void play_lost_syn(struct world *world)
{
	network_lose(world, WORLD_CLIENT, "syn", 1);
	play_handshake(world);
}

/* The SYN is still under way when its program gives up and nobody knows of it any more. */
static void play_stale_syn(struct world *world)
{
	int client;

	sockets_listen(world, BACKLOG);
	network_delay(world, WORLD_CLIENT, 500);
	client = sockets_begin(world, WORLD_CLIENT_PORT);
	await_left(world, WORLD_CLIENT, SYN, 1);
	network_delay(world, WORLD_CLIENT, WORLD_DELAY_MS);
	sockets_close(world, client);
	await_arrived(world, WORLD_SERVER, RST, 1);
	await_over(world, WORLD_SERVER);
}

static void play_lost_synack(struct world *world)
{
	network_lose(world, WORLD_SERVER, "syn|ack", 1);
	play_handshake(world);
}

static void play_lost_third_ack(struct world *world)
{
	network_lose(world, WORLD_CLIENT, "ack", 1);
	play_handshake(world);
}

/*
 * The answer to a first attempt is still under way when a second one is made from the
 * same port, whose own SYN gets lost: so the old answer is the first that comes.
 */
static void play_stale_synack(struct world *world)
{
	int listener = sockets_listen(world, BACKLOG);
	int client;

	network_delay(world, WORLD_SERVER, 500);
	client = sockets_begin(world, WORLD_CLIENT_PORT);
	await_left(world, WORLD_SERVER, SYN | ACK, 1);
	network_delay(world, WORLD_SERVER, WORLD_DELAY_MS);
	sockets_close(world, client);
	network_lose(world, WORLD_CLIENT, "syn", 1);
	sockets_connect(world);
	sockets_accept(world, listener);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

static void play_simultaneous_open(struct world *world)
{
	struct pair pair = { 0 };

	network_delay_both(world, WORLD_SLOW_MS);
	pair.client = sockets_begin(world, WORLD_CLIENT_PORT);
	pair.server = sockets_begin_back(world);
	network_delay_both(world, WORLD_DELAY_MS);
	sockets_established(world, pair.client);
	sockets_established(world, pair.server);
	pair_ask(world, &pair);
}

static void play_filtered(struct world *world)
{
	sockets_listen(world, BACKLOG);
	world_sysctl(world, WORLD_CLIENT, "ipv4/tcp_syn_retries", "2");
	/* From 6.5 on the first waits are equally long, and more: here they double. */
	world_sysctl_if_known(world, WORLD_CLIENT, "ipv4/tcp_syn_linear_timeouts", "0");
	network_lose(world, WORLD_CLIENT, "syn", NETWORK_ALL);
	sockets_failed(world, sockets_begin(world, WORLD_CLIENT_PORT));
	await_over(world, WORLD_CLIENT);
}

/* A backlog of 0 has room for one. */
static void play_backlog_full(struct world *world)
{
	int listener = sockets_listen(world, 0);
	int second;

	sockets_connect(world);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
	second = sockets_begin(world, WORLD_CLIENT_PORT + 1);
	await_left(world, WORLD_CLIENT, SYN, 2);
	await_arrived(world, WORLD_SERVER, SYN, 2);
	/* The ledger looks at the queues once a second. */
	await_anomaly(world, WORLD_SERVER, TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL);
	sockets_accept(world, listener);
	sockets_established(world, second);
	sockets_accept(world, listener);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

static void play_syn_cookies(struct world *world)
{
	world_sysctl(world, WORLD_SERVER, "ipv4/tcp_syncookies", "2");
	play_handshake(world);
}

static void play_fast_open(struct world *world)
{
	int listener, client, server;

	world_sysctl(world, WORLD_CLIENT, "ipv4/tcp_fastopen", "1");
	world_sysctl(world, WORLD_SERVER, "ipv4/tcp_fastopen", "2");
	listener = sockets_listen(world, BACKLOG);
	sockets_allow_fast(world, listener);
	client = sockets_begin_fast(world, WORLD_CLIENT_PORT, PAIR_REQUEST);
	sockets_established(world, client);
	sockets_accept(world, listener);
	client = sockets_begin_fast(world, WORLD_CLIENT_PORT + 1, PAIR_REQUEST);
	server = sockets_accept(world, listener);
	sockets_receive(world, server, PAIR_REQUEST);
	sockets_send(world, server, PAIR_ANSWER);
	sockets_receive(world, client, PAIR_ANSWER);
	await_state(world, WORLD_SERVER, TCPLEDGER_STATE_ESTABLISHED);
}

static void play_refused(struct world *world)
{
	sockets_failed(world, sockets_begin(world, WORLD_CLIENT_PORT));
	await_over(world, WORLD_SERVER);
}

const struct lab_case cases_opening[] = {
	{
		.name = "handshake",
		.summary = N_("the three steps: SYN, SYN/ACK, ACK"),
		.done = N_("A client connects to a server."),
		.look = N_("Each side sends a SYN with the number that it starts to count at, "
			   "its initial sequence number (ISN), and each SYN is acknowledged. "
			   "That would be four segments, but the server's SYN and its ACK travel "
			   "as one: SYN/ACK. So there are three. The client is ESTABLISHED when "
			   "the SYN/ACK comes, the server half a round trip later, when the third "
			   "segment comes: only then does it know that the client is there."),
		.play = play_handshake,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "lost-syn",
		.summary = N_("the first SYN is lost, and is sent again after a second"),
		.done = N_("A client connects, and the network loses its first SYN."),
		.look = N_("Nobody tells the client that its SYN was lost. It waits for an "
			   "answer, for a second, then sends the same SYN again, and would go on "
			   "so for about two minutes, with longer and longer waits. The server "
			   "saw only the second one. A connection that took a little more than a "
			   "whole number of seconds to open has probably lost a SYN, or the answer "
			   "to one."),
		.play = play_lost_syn,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "lost-synack",
		.summary = N_("the answer to the SYN is lost"),
		.done = N_("A client connects, and the network loses the server's SYN/ACK."),
		.look = N_("Neither side gets an answer, so each repeats what it sent: the client "
			   "its SYN, as after a lost SYN, the server its SYN/ACK from SYN_RECV. "
			   "Both wait for a second first, so both may do it at about the same "
			   "time. The first of them to arrive is enough, and what is not needed "
			   "any more is refused, or acknowledged once more."),
		.play = play_lost_synack,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "lost-third-ack",
		.summary = N_("the last step of the handshake is lost"),
		.done = N_("A client connects, and the network loses its ACK, the third segment."),
		.look = N_("The two ends disagree for a second: the client is ESTABLISHED and may "
			   "send, the server is still in SYN_RECV. The server repeats its "
			   "SYN/ACK, the client acknowledges again, and they agree. If the client "
			   "had sent data, it would have carried the ACK, and nobody would have "
			   "noticed."),
		.play = play_lost_third_ack,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "stale-syn",
		.summary = N_("why three: a SYN that is too old is answered, and the RST kills it"),
		.done = N_("A client sends a SYN, which takes long, and gives up before it "
			   "arrives. The server gets a SYN of a client that is not there any "
			   "more."),
		.look = N_("The server cannot tell an old SYN from a new one, so it answers. "
			   "The client's host knows nothing of such a connection and says so "
			   "with an RST, and the server forgets it, still in SYN_RECV. With two "
			   "steps the server would be ESTABLISHED now and wait for a client that "
			   "does not exist. The third step is the client's proof that it meant "
			   "this SYN."),
		.play = play_stale_syn,
		.view = { { WORLD_SERVER, 1 } },
	},
	{
		.name = "stale-synack",
		.summary = N_("an old SYN/ACK comes to a new attempt, and is answered by an RST"),
		.done = N_("A client's first attempt is given up while the answer to it is under "
			   "way. It tries again from the same port; the network loses the new "
			   "SYN, so the old SYN/ACK comes first."),
		.look = N_("A SYN/ACK must acknowledge the SYN that was just sent, that is its "
			   "ISN plus one. This one acknowledges the number of the first attempt, "
			   "so the client does not take it: it sends an RST, which ends what the "
			   "server still kept of the first attempt, and tries its SYN again. That is "
			   "what initial sequence numbers are for: two attempts so close "
			   "to each other do not have the same."),
		.play = play_stale_synack,
		.view = { { WORLD_CLIENT, CASE_LAST } },
	},
	{
		.name = "simultaneous-open",
		.summary = N_("both sides connect at once, and their SYNs cross"),
		.done = N_("Two programs connect to each other at the same moment; nobody "
			   "listens."),
		.look = N_("Each side sends a SYN and then gets one where it expected a SYN/ACK: "
			   "both go from SYN_SENT to SYN_RECV and acknowledge the other's SYN. "
			   "The result is one connection, not two. TCP was made to allow this; "
			   "it is seen where two hosts behind NAT open a way to each other."),
		.play = play_simultaneous_open,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "refused",
		.summary = N_("nobody listens on the port, and an RST says so"),
		.done = N_("A client connects to a port where no program listens."),
		.look = N_("The host is there and answers at once with an RST: connection "
			   "refused. That is fast and clear. A firewall that drops the SYN "
			   "gives no answer at all, see 'filtered'."),
		.play = play_refused,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "filtered",
		.summary = N_("a firewall drops every SYN, and nobody says so"),
		.done = N_("A client connects, and the network drops all its SYNs. It may try "
			   "again twice (sysctl tcp_syn_retries 2; usually it is 6, which takes "
			   "two minutes)."),
		.look = N_("No answer at all: the client waits 1 s and tries again, waits 2 s and "
			   "tries again, waits 4 s and gives up: timed out. The server recorded "
			   "nothing, since nothing reached it. No answer means lost, dropped or "
			   "switched off; a closed port would have answered, see 'refused'."),
		.play = play_filtered,
		.view = { { WORLD_CLIENT, 1 } },
	},
	{
		.name = "backlog-full",
		.summary = N_("the server's program is slow to accept, and SYNs are dropped"),
		.done = N_("A server listens with a queue for one connection and does not accept. "
			   "A first client fills the queue, a second one connects. After its "
			   "second SYN the server accepts."),
		.look = N_("The second client's SYNs arrived and were dropped without an answer, "
			   "because the connection could not have been queued. To the client "
			   "this looks like loss, and costs it seconds. At the server the record "
			   "says why: accept_queue_full. The cure is there, in the program that "
			   "accepts too slowly, or in the backlog of listen() and in "
			   "net.core.somaxconn."),
		.play = play_backlog_full,
		.view = { { WORLD_SERVER, 2 } },
	},
	{
		.name = "syn-cookies",
		.summary = N_("a handshake of which the server keeps nothing until the third step"),
		.done = N_("The server always answers with SYN cookies (sysctl tcp_syncookies 2; "
			   "usually only when its queue is full). A client connects."),
		.look = N_("On the wire it is a handshake like any other. But the server kept "
			   "nothing after its SYN/ACK: what it must remember is in its ISN, as a "
			   "number that only it could have made. When the ACK brings that number "
			   "back, plus one, the server knows that it did answer such a SYN, and "
			   "only then makes a connection. So a flood of SYNs fills no memory."),
		.play = play_syn_cookies,
		.view = { { WORLD_SERVER, 1 } },
	},
	{
		.name = "fast-open",
		.summary = N_("data travels in the SYN, with a cookie from an earlier connection"),
		.done = N_("A client has connected before and got a Fast Open cookie. It connects "
			   "again and puts its question into the SYN."),
		.look = N_("The first SYN has payload: its question. The server knows by the "
			   "cookie that this client was there before, so it need not wait for "
			   "the third step: its program gets the question and answers at once, a "
			   "whole round trip earlier than usual."),
		.play = play_fast_open,
		.view = { { WORLD_CLIENT, 2 } },
	},
	{ }
};
