// SPDX-License-Identifier: GPL-2.0
#include "lib/world/ending.h"

#include <unistd.h>

/**
 * wire_listen - listen on the wire
 * @world: world; its wire is opened if it was not
 * @backlog: as of listen()
 * Return: listening socket at WIRE_PORT
 */
int wire_listen(struct world *world, int backlog)
{
	struct endpoint at;

	if (world->wire.fd < 0)
		wire_open(&world->wire, world->family);
	at = world->wire.host;
	at.port = WIRE_PORT;
	return sock_listen(world->family, &at, backlog);
}

/**
 * wire_listen_for - listen on the wire for peers at its far end
 * @world: world; its wire is opened if it was not
 * @peers: the peers, set up here
 * @n: how many
 * @backlog: as of listen()
 * Return: listening socket
 */
int wire_listen_for(struct world *world, struct peer *peers, int n, int backlog)
{
	int listener = wire_listen(world, backlog);

	for (int i = 0; i < n; i++)
		peers[i] = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);
	return listener;
}

/**
 * wire_serve - let a peer connect to this host
 * @listener: as of wire_listen()
 * @peer: the far end, of peer_at()
 * Return: accepted socket
 */
int wire_serve(int listener, struct peer *peer)
{
	peer_open_connection(peer);
	return sock_accept(listener);
}

/**
 * wire_to_fin_wait2 - close at this host; the peer acknowledges the FIN and is silent
 * @fd: socket, closed here, so that a timewait socket or a timer has the rest
 * @peer: the far end
 */
void wire_to_fin_wait2(int fd, struct peer *peer)
{
	close(fd);
	peer_expect(peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
}

/**
 * wire_to_time_wait - close at this host, then at the peer
 * @fd: socket, closed here
 * @peer: the far end
 */
void wire_to_time_wait(int fd, struct peer *peer)
{
	wire_to_fin_wait2(fd, peer);
	peer_send(peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

/**
 * wire_in_time_wait - make a connection of this host and bring it to TIME_WAIT
 * @world: world; its wire is opened if it was not
 * @peer: the far end, set up here
 */
void wire_in_time_wait(struct world *world, struct peer *peer)
{
	int fd = wire_established(world, peer);

	wire_to_time_wait(fd, peer);
}

/**
 * wire_in_closing - make a connection of this host and let the two FINs cross
 * @world: world; its wire is opened if it was not
 * @peer: the far end, set up here; its ACK of the host's FIN is still to be sent
 */
void wire_in_closing(struct world *world, struct peer *peer)
{
	struct segment fin;

	close(wire_established(world, peer));
	peer_expect(peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	fin = peer_segment(peer, SEG_FIN | SEG_ACK, 0);
	fin.ack--;	/* the host's FIN is still on its way */
	wire_send(peer->wire, &fin);
	peer->seq++;
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

/**
 * peer_fin_again - the last FIN of a peer once more
 * @peer: its FIN was sent
 * Return: the segment, not sent
 */
struct segment peer_fin_again(const struct peer *peer)
{
	struct segment fin = peer_segment(peer, SEG_FIN | SEG_ACK, 0);

	fin.seq--;
	return fin;
}

/**
 * peer_repeat_fin - send the FIN again, as if its ACK had been lost, and have it answered
 * @peer: its FIN was sent
 */
void peer_repeat_fin(struct peer *peer)
{
	struct segment fin = peer_fin_again(peer);

	wire_send(peer->wire, &fin);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

/**
 * peer_skip - pass over what has come for a peer, such as retransmissions
 * @peer: the far end
 */
void peer_skip(struct peer *peer)
{
	while (!peer_silent(peer, 0))
		;
}

/**
 * record_over - look whether the newest record of a peer's connection has ended
 * @peer: the far end
 * Return: whether it is so; for wait_until()
 */
bool record_over(const struct peer *peer)
{
	return ledger_says(&peer->host, &peer->self, "live", "false");
}
