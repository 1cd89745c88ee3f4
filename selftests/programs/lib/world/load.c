// SPDX-License-Identifier: GPL-2.0
#include "lib/world/load.h"

#include <netinet/tcp.h>
#include <sched.h>
#include <unistd.h>

#include "lib/world/ending.h"

#define OWN_PORT	5100	/* from which one tuple is used again and again */

/**
 * load_start - let something go on
 * @load: of all of it
 * @what: load_connections() and the like
 * Return: its thread
 */
pthread_t load_start(struct load *load, void *(*what)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, load))
		die("thread");
	return thread;
}

/**
 * load_wait - wait for the end of what goes on
 * @thread: of load_start()
 * @n: how many
 */
void load_wait(pthread_t *thread, int n)
{
	for (int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/**
 * load_connections - connections that end in turns by FINs and by an RST
 * @arg: struct load; counts @connections, until @stop
 * Return: NULL
 */
void *load_connections(void *arg)
{
	struct load *load = arg;
	struct pair p = pair_listen(load->family, 64), lasting = { .client = -1 };

	for (unsigned int i = 0; !load->stop; i++) {
		unsigned int end = i % (load->unloads ? 3 : 2);

		pair_connect(&p);
		sock_send(p.client, 100, 0);
		sock_receive(p.server, 100);
		if (end == 0) {
			pair_close_orderly(&p);
		} else if (end == 1) {
			sock_reset(p.client);
			close(p.server);
		} else {
			if (lasting.client >= 0) {
				close(lasting.client);
				close(lasting.server);
			}
			lasting = p;
		}
		load->connections++;
	}
	return NULL;
}

/**
 * load_one_tuple - connect and reset from one port, as fast as it goes
 * @arg: struct load; counts @reused, until @stop
 * Return: NULL
 */
void *load_one_tuple(void *arg)
{
	struct load *load = arg;
	struct pair p = pair_listen(load->family, 64);

	p.c = loopback(load->family);
	p.c.port = OWN_PORT;
	for (; !load->stop; load->reused++) {
		p.client = sock_bound(load->family, &p.c);
		if (sock_connect(p.client, load->family, &p.s))
			die("connect from port %u", OWN_PORT);
		p.server = sock_accept(p.listener);
		sock_reset(p.client);
		need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
		close(p.server);
	}
	return NULL;
}

/* One namespace with a connection that is open, over, or in TIME_WAIT when it is left. */
static void use_space(unsigned int i)
{
	struct pair p;

	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	p = pair_open(i % 2 ? AF_INET : AF_INET6);
	if (i % 3 == 0)
		sock_reset(p.client);
	else if (i % 3 == 1)
		pair_close_orderly(&p);
	else
		close(p.client);
	if (i % 3 != 1)
		close(p.server);
	close(p.listener);
}

/**
 * load_spaces - make network namespaces with a connection in each, and leave them
 * @arg: struct load; counts @spaces, until @stop or @spaces_wanted of all such threads
 * Return: NULL
 */
void *load_spaces(void *arg)
{
	struct load *load = arg;

	while (!load->stop) {
		unsigned int i = load->spaces++;

		if (load->spaces_wanted && i >= load->spaces_wanted) {
			load->spaces--;
			break;
		}
		use_space(i);
	}
	return NULL;
}

/**
 * load_flood_begin - open the wire for load_flood(), and the connection that must outlive it
 * @load: of it
 */
void load_flood_begin(struct load *load)
{
	struct world *world = &load->world;
	int listener;

	world->family = AF_INET;
	world->wire.fd = -1;
	listener = wire_listen(world, 64);
	load->victim = peer_at(&world->wire, FAR_PORT, WIRE_PORT);
	load->victim_fd = wire_serve(listener, &load->victim);
	close(listener);
}

/* To closed ports. What comes after a SYN there is its record's, so these are not. */
static void send_nobody(struct load *load, unsigned int i, uint8_t flags)
{
	struct wire *wire = &load->world.wire;
	struct peer peer = peer_at(wire, 1024 + i % 60000, flags == SEG_SYN ? 1 + i % 3 : 4);
	struct segment seg = peer_segment(&peer, flags, 0);

	seg.seq = i * 2654435761u;
	wire_send(wire, &seg);
}

/* RSTs in the window, FINs beyond it: neither is the victim's peer's. */
static void send_forged(struct load *load, unsigned int i)
{
	struct segment seg = peer_segment(&load->victim, i % 2 ? SEG_RST : SEG_FIN | SEG_ACK, 0);

	seg.seq += i % 2 ? 1 + i % 1000 : 1 << 24;
	wire_send(&load->world.wire, &seg);
}

/**
 * load_flood - a SYN, an RST and a FIN to nobody and a forged segment to the victim, each time
 * @arg: struct load after load_flood_begin(); @flood_wanted times
 * Return: NULL
 */
void *load_flood(void *arg)
{
	struct load *load = arg;

	for (unsigned int end = load->flooded + load->flood_wanted; load->flooded != end;
	     load->flooded++) {
		unsigned int i = load->flooded;

		send_nobody(load, i, SEG_SYN);
		send_nobody(load, i, SEG_RST);
		send_nobody(load, i, SEG_FIN | SEG_ACK);
		send_forged(load, i);
		if (i % 64 == 63)
			wire_drain(&load->world.wire);
	}
	wire_drain(&load->world.wire);
	return NULL;
}

/**
 * load_flood_judge - see that the victim ends as if nothing had been, and what its record says
 * @load: after load_flood()
 * @wanted: of its record, beside how it ended
 * Return: how much is wrong; reported
 */
int load_flood_judge(struct load *load, const char *wanted)
{
	struct peer *peer = &load->victim;
	int bad = sock_state(load->victim_fd) != TCP_ESTABLISHED;

	peer_send(peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
	close(load->victim_fd);
	peer_expect(peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
	return bad + verdict(&peer->host, &peer->self, 0,
			     "close.kind=four_segment close.first=remote close.half_close_ns>=1 "
			     "live=false @ESTABLISHED/CLOSE_WAIT=segment @LAST_ACK/CLOSE=segment "
			     "%s", wanted);
}
