// SPDX-License-Identifier: GPL-2.0
#include "lib/peer/flood.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"

/**
 * nobody - a sender that does not exist
 * @family: AF_INET or AF_INET6
 * @n: which
 * Return: its address in a network for such things, and a port
 */
struct endpoint nobody(int family, unsigned int n)
{
	char text[64];

	if (family == AF_INET)
		snprintf(text, sizeof(text), "198.18.%u.%u", n / 250, n % 250 + 1);
	else
		snprintf(text, sizeof(text), "2001:db8:ffff::%x", n + 1);
	return endpoint_from_text(text, 1024 + n);
}

/**
 * is_nobody - ask whether an endpoint is one of nobody()
 * @ep: endpoint
 * Return: whether its address is in that network
 */
bool is_nobody(const struct endpoint *ep)
{
	struct endpoint one = nobody(endpoint_is_ipv4(ep) ? AF_INET : AF_INET6, 0);

	return !memcmp(&ep->ip, &one.ip, endpoint_is_ipv4(ep) ? 14 : 8);
}

/**
 * route_nobody - let answers to nobody() leave
 * @family: AF_INET or AF_INET6
 * @device: where to
 */
void route_nobody(int family, const char *device)
{
	if (family == AF_INET)
		run("ip route add 198.18.0.0/15 dev %s", device);
	else
		run("ip -6 route add 2001:db8:ffff::/64 dev %s", device);
}

/**
 * connect_and_reset - make a connection and end it by an RST
 * @listening: of pair_listen()
 * Return: who they were
 */
struct pair connect_and_reset(const struct pair *listening)
{
	struct pair p = *listening;

	pair_connect(&p);
	sock_reset(p.client);
	need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
	close(p.server);
	return p;
}

/**
 * judge_real - see that the records of connections are complete
 * @p: of connect_and_reset()
 * @n: how many
 * Return: how much is wrong; reported
 */
int judge_real(const struct pair *p, int n)
{
	struct ledger ledger;
	int wrong = 0;

	ledger_read(&ledger);
	for (int i = 0; i < n; i++) {
		wrong += record_check(ledger_find(&ledger, &p[i].c, &p[i].s, 0),
				      "open.role=active open.outcome=established close.kind=reset "
				      "close.reset_by=local live=false partial=false log_dropped=0 "
				      "@CLOSE/SYN_SENT=user @SYN_SENT/ESTABLISHED=segment");
		wrong += record_check(ledger_find(&ledger, &p[i].s, &p[i].c, 0),
				      "open.role=passive open.outcome=established close.kind=reset "
				      "close.reset_by=remote live=false partial=false log_dropped=0 "
				      "@SYN_RECV/ESTABLISHED=segment");
	}
	ledger_free(&ledger);
	return wrong;
}
