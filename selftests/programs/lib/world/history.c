// SPDX-License-Identifier: GPL-2.0
#include "lib/world/history.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/peer/sock.h"

/**
 * make_history - make connections that are over at once, as each end sends or gets an RST
 * @family: AF_INET or AF_INET6
 * @n: how many; each leaves two records
 */
void make_history(int family, int n)
{
	struct pair p = pair_listen(family, 64);

	for (int i = 0; i < n; i++) {
		pair_connect(&p);
		sock_send(p.client, 10 + i, 0);
		sock_receive(p.server, 10 + i);
		sock_reset(p.client);
		need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
		close(p.server);
	}
	close(p.listener);
}
