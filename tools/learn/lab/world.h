/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two hosts and the network between them, each a network namespace that has no
 * name: nothing but descriptors of this process keep them, so when it dies, however
 * it dies, the kernel takes them away with all that is in them.
 *
 *	client eth0 ---- client [network] server ---- eth0 server
 *	10.0.1.1/24	 .254		 .254	 10.0.2.2/24
 *
 * The network is a router with 10 ms of way in each direction. What it does to
 * single segments is in network.c.
 *
 * A case is a script: when a step fails, the error is reported and no later step
 * does anything, see @status.
 */
#ifndef TCPLEDGER_WORLD_H
#define TCPLEDGER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum world_host {
	WORLD_CLIENT,
	WORLD_SERVER,
	WORLD_NETWORK,
};

#define WORLD_HOSTS	3

#define WORLD_CLIENT_ADDRESS	"10.0.1.1"
#define WORLD_SERVER_ADDRESS	"10.0.2.2"
#define WORLD_CLIENT_PORT	40000	/* of its first connection; the next has the next */
#define WORLD_SERVER_PORT	80
#define WORLD_SLOW_MS	100	/* long enough for both ends to act before a segment comes */
#define WORLD_DELAY_MS		10	/* from one host to the other */

#define WORLD_SOCKETS	32	/* that a case has at most */

/**
 * struct world - the hosts, and what a case has there
 * @status: exit status so far; once it is not 0, nothing is done any more
 * @home: namespace that this process came from, -1 if not known
 * @space: the hosts' namespaces, -1 where there is none
 * @here: host that this process is in
 * @away: it is in one of them, and its own name is kept
 * @name: name of this process at home
 * @wait: the end of TIME_WAIT is to be waited for
 * @sockets: the case's sockets, -1 where one was closed
 * @owner: whose they are
 * @count: how many there are
 * @error: what the last call that was to fail said, an errno; 0 for none
 */
struct world {
	int		status;
	int		home;
	int		space[WORLD_HOSTS];
	enum world_host	here;
	bool		away;
	char		name[16];
	bool		wait;
	int		sockets[WORLD_SOCKETS];
	enum world_host	owner[WORLD_SOCKETS];
	unsigned int	count;
	int		error;
};

void world_make(struct world *world);
void world_end(struct world *world);
bool world_enter(struct world *world, enum world_host host);
void world_sysctl(struct world *world, enum world_host host, const char *name,
		  const char *value);
void world_sysctl_if_known(struct world *world, enum world_host host, const char *name,
			   const char *value);
uint32_t world_inode(const struct world *world, enum world_host host);

#endif
