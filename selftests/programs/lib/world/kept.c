// SPDX-License-Identifier: GPL-2.0
#include "lib/world/kept.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many of the two records of a loopback connection are kept. */
static size_t kept(const struct ledger *ledger, const struct pair *p)
{
	return ledger_count(ledger, &p->c, &p->s) + ledger_count(ledger, &p->s, &p->c);
}

/**
 * judge_cut - see that the older of some connections are gone and the newer all there
 * @p: the connections, oldest first
 * @n: how many
 * @gone: how many of them are to be gone
 * Return: how much is wrong; reported
 */
int judge_cut(const struct pair *p, size_t n, size_t gone)
{
	struct ledger ledger;
	int wrong = 0;

	ledger_read(&ledger);
	for (size_t i = 0; i < n; i++) {
		size_t got = kept(&ledger, &p[i]), wanted = i < gone ? 0 : 2;

		if (got != wanted)
			say("connection %zu of %zu has %zu records, not %zu", i, n, got, wanted);
		wrong += got != wanted;
	}
	ledger_free(&ledger);
	return wrong;
}

/**
 * connect_to - make one more connection to a listener
 * @listening: of pair_listen()
 * Return: who they are
 */
struct pair connect_to(const struct pair *listening)
{
	struct pair p = *listening;

	pair_connect(&p);
	return p;
}

/* Sockets of all namespaces that TCP still tries to end, though no program has them. */
static unsigned int orphans(void)
{
	char *text = read_all("/proc/net/sockstat");
	const char *at = strstr(text, " orphan ");
	unsigned int n;

	if (!at || sscanf(at, " orphan %u", &n) != 1)
		die("no such figure in /proc/net/sockstat: %s", text);
	free(text);
	return n;
}

/**
 * wait_for_the_dead - wait until namespaces that died before are gone
 * @world: world, which can take another namespace
 *
 * An orphan keeps its namespace alive while it sends its FIN again and again, to
 * a wire that has nobody at its other end any more.
 *
 * Those of other tests, with their timewait sockets. They go one after the other, once
 * their last listener was freed: when two more have gone, which shows by their devices,
 * those before them are.
 */
void wait_for_the_dead(struct world *world)
{
	need(!orphans(), ORPHANS_S * 1000);
	for (int i = 0; i < 2; i++) {
		struct endpoint at = loopback(world->family);

		world_add_space(world);
		close(sock_listen(world->family, &at, 1));
		world_add_veth(world);
		world_leave_space(world, 1);
		need(!if_nametoindex("veth0"), DEADLINE_MS);
	}
}
