// SPDX-License-Identifier: GPL-2.0
/*
 * The same addresses and ports three times in one namespace: in the default table and in
 * two VRFs, which keep them apart.
 *
 *	namespace 0			namespace 1
 *	(default)	veth0 --- veth1	(default)
 *	red0		east0 --- east1	red1
 *	blue0		west0 --- west1	blue1
 */
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/invariants.h"
#include "lib/judge/segments.h"
#include "lib/judge/wrong.h"
#include "lib/test.h"

#define CLIENT_PORT	5000
#define SERVER_PORT	6000

WORLD_FIXTURE(vrfs);

enum { DEFAULT, RED, BLUE, DOMAINS };

/**
 * struct domain - a routing domain of both namespaces
 * @vrf: name of the VRF without the number of the namespace, NULL for none
 * @device: the same of the device
 * @table: number of the VRF's table
 * @ifindex: by namespace: of the VRF, what a record says
 * @capture: by namespace: of the device
 * @p: the connection, from namespace 0 to namespace 1
 */
struct domain {
	const char *vrf;
	const char *device;
	int table;
	int ifindex[2];
	struct capture capture[2];
	struct pair p;
};

static const char *name(char *buf, const char *what, int space)
{
	snprintf(buf, IFNAMSIZ, "%s%d", what, space);
	return buf;
}

/* Put one end of a domain into its VRF, with the same address as the others. */
static void add_end(struct domain *d, int family, int space)
{
	bool v4 = family == AF_INET;
	const char *net = v4 ? "198.51.100." : "2001:db8:1::";
	char vrf[IFNAMSIZ], dev[IFNAMSIZ];

	name(dev, d->device, space);
	if (d->vrf) {
		name(vrf, d->vrf, space);
		run("ip link add %s type vrf table %d", vrf, d->table);
		link_up(vrf);
		run("ip link set %s master %s", dev, vrf);
		d->ifindex[space] = if_nametoindex(vrf);
		run("ip addr add %s%d/%d dev %s%s", net, space + 1, v4 ? 24 : 64, dev,
		    v4 ? "" : " nodad");
		link_up(dev);
		run("ip neigh replace %s%d lladdr 02:00:00:00:%02x:%02x dev %s nud permanent", net,
		    2 - space, d->table, 1 - space, dev);
	}
	capture_open(&d->capture[space]);
	capture_only(&d->capture[space], dev);
}

static void add_domains(struct world *world, struct domain *domains)
{
	world_add_space(world);
	world_add_veth(world);
	for (int i = 0; i < DOMAINS; i++) {
		struct domain *d = &domains[i];

		world_enter(world, 0);
		if (d->vrf)
			run("ip link add %s0 address 02:00:00:00:%02x:00 type veth "
			    "peer name %s1 address 02:00:00:00:%02x:01 netns /proc/%d/fd/%d",
			    d->device, d->table, d->device, d->table, getpid(),
			    world->space[1].fd);
		for (int space = 0; space < 2; space++) {
			world_enter(world, space);
			add_end(d, world->family, space);
		}
	}
}

/* Before bind(): the other order trips a warning of the kernel's own in 6.1. */
static int bound_socket(const struct domain *d, int family, int space, const struct endpoint *at)
{
	int fd = sock_new(family);
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(at, family, &sa);
	char vrf[IFNAMSIZ];

	sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (d->vrf && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name(vrf, d->vrf, space),
				 IFNAMSIZ))
		die("SO_BINDTODEVICE");
	if (bind(fd, (struct sockaddr *)&sa, len))
		die("bind in %s", d->vrf ? d->vrf : "the default table");
	return fd;
}

static void listen_in(struct world *world, struct domain *d)
{
	bool v4 = world->family == AF_INET;

	d->p = (struct pair){ .family = world->family };
	d->p.c = endpoint_from_text(v4 ? "198.51.100.1" : "2001:db8:1::1", CLIENT_PORT);
	d->p.s = endpoint_from_text(v4 ? "198.51.100.2" : "2001:db8:1::2", SERVER_PORT);
	world_enter(world, 1);
	d->p.listener = bound_socket(d, world->family, 1, &d->p.s);
	if (listen(d->p.listener, 8))
		die("listen");
}

static void connect_in(struct world *world, struct domain *d)
{
	world_enter(world, 0);
	d->p.client = bound_socket(d, world->family, 0, &d->p.c);
	if (sock_connect(d->p.client, world->family, &d->p.s))
		die("connect");
}

static void accept_in(struct world *world, struct domain *d)
{
	world_enter(world, 1);
	d->p.server = sock_accept(d->p.listener);
}

/* Leave only the record of one domain. */
static void keep_domain(struct ledger *ledger, const struct domain *d, int space)
{
	size_t n = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];

		if (record_int(rec, "ifindex") == d->ifindex[space])
			ledger->records[n++] = rec;
		else
			json_object_put(rec);
	}
	ledger->n = n;
}

/* Check one end's record of a domain, of which there is one. Return: how much is wrong */
static int domain_verdict(struct world *world, const struct domain *d, int space,
			  const char *wanted)
{
	struct ledger ledger;
	int wrong;

	world_enter(world, space);
	ledger_read(&ledger);
	keep_domain(&ledger, d, space);
	wrong = wrong_if(ledger.n != 1, NULL, "%zu records of ifindex %d", ledger.n,
			 d->ifindex[space]);
	if (ledger.n)
		wrong += record_check(ledger.records[0], wanted);
	if (wrong)
		say("in namespace %d, %s", space, d->vrf ? d->vrf : "default");
	ledger_free(&ledger);
	return wrong;
}

static bool domain_says(struct world *world, const struct domain *d, int space, const char *path,
			const char *value)
{
	struct ledger ledger;
	bool so;

	world_enter(world, space);
	ledger_read(&ledger);
	keep_domain(&ledger, d, space);
	so = ledger.n && !strcmp(record_text(ledger.records[0], path), value);
	ledger_free(&ledger);
	return so;
}

/*
 * Each domain's segments against the capture of its own device: records of one tuple
 * share a capture else. Return: how much is wrong
 */
static int judge_captures(struct world *world, struct domain *domains)
{
	int wrong = 0;

	for (int space = 0; space < 2; space++) {
		world_enter(world, space);
		for (int i = 0; i < DOMAINS; i++) {
			struct capture all = world->space[space].capture;
			struct ledger ledger;

			ledger_read(&ledger);
			keep_domain(&ledger, &domains[i], space);
			wrong += wrong_if(ledger.n != 1, NULL, "%zu records of %s", ledger.n,
					  domains[i].device);
			for (size_t k = 0; k < ledger.n; k++)
				wrong += judge_invariants(&ledger, ledger.records[k]);
			world->space[space].capture = domains[i].capture[space];
			wrong += judge_segments(world, &ledger);
			domains[i].capture[space] = world->space[space].capture;
			world->space[space].capture = all;
			ledger_free(&ledger);
		}
	}
	return wrong;
}

static void close_domains(struct domain *domains)
{
	for (int i = 0; i < DOMAINS; i++)
		for (int space = 0; space < 2; space++)
			capture_close(&domains[i].capture[space]);
}

#define DOMAINS_INIT {							\
	[DEFAULT] = { .device = "veth" },				\
	[RED] = { .vrf = "red", .device = "east", .table = 10 },	\
	[BLUE] = { .vrf = "blue", .device = "west", .table = 20 },	\
}

/* This test will connect in all domains, then end each connection in its own way. */
TEST_F_TIMEOUT(vrfs, side_by_side, USUAL)
{
	struct domain domains[] = DOMAINS_INIT;
	struct world *world = &self->world;

	add_domains(world, domains);
	for (int i = 0; i < DOMAINS; i++) {
		struct domain *d = &domains[i];

		listen_in(world, d);
		connect_in(world, d);
		accept_in(world, d);
	}
	for (int i = 0; i < DOMAINS; i++)
		for (int space = 0; space < 2; space++)
			EXPECT_EQ(0, domain_verdict(world, &domains[i], space,
						    "state=ESTABLISHED live=true "
						    "open.outcome=established anomalies="));
	sock_send(domains[RED].p.client, 1000, 0);
	EXPECT_EQ(1000, sock_receive(domains[RED].p.server, 1000));
	sock_reset(domains[RED].p.client);
	need(domain_says(world, &domains[RED], 1, "live", "false"), DEADLINE_MS);
	for (int space = 0; space < 2; space++) {
		EXPECT_EQ(0, domain_verdict(world, &domains[DEFAULT], space, "state=ESTABLISHED"));
		EXPECT_EQ(0, domain_verdict(world, &domains[BLUE], space, "state=ESTABLISHED"));
	}
	pair_close_orderly(&domains[DEFAULT].p);
	EXPECT_EQ(0, domain_verdict(world, &domains[BLUE], 0, "state=ESTABLISHED"));
	shutdown(domains[BLUE].p.server, SHUT_WR);
	need(sock_state(domains[BLUE].p.server) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(domains[BLUE].p.client);
	need(sock_state(domains[BLUE].p.server) == TCP_CLOSE, DEADLINE_MS);

	EXPECT_EQ(0, domain_verdict(world, &domains[DEFAULT], 0,
				    "open.role=active close.kind=four_segment close.first=local "
				    "state=TIME_WAIT anomalies="));
	EXPECT_EQ(0, domain_verdict(world, &domains[DEFAULT], 1,
				    "open.role=passive close.kind=four_segment close.first=remote "
				    "live=false anomalies="));
	EXPECT_EQ(0, domain_verdict(world, &domains[RED], 0,
				    "open.role=active close.kind=reset close.reset_by=local "
				    "bytes_sent=1000 anomalies="));
	EXPECT_EQ(0, domain_verdict(world, &domains[RED], 1,
				    "open.role=passive close.kind=reset close.reset_by=remote "
				    "close.error=ECONNRESET bytes_received=1000 anomalies="));
	EXPECT_EQ(0, domain_verdict(world, &domains[BLUE], 0,
				    "open.role=active close.kind=four_segment close.first=remote "
				    "live=false anomalies="));
	EXPECT_EQ(0, domain_verdict(world, &domains[BLUE], 1,
				    "open.role=passive close.kind=four_segment close.first=local "
				    "state=TIME_WAIT anomalies="));
	/* The other judges tell records of one tuple apart by their order. */
	world_unjudged(world, JUDGE_CAPTURE | JUDGE_ACCEPTED | JUDGE_TIMEWAIT,
		       "three domains use one tuple, and each has a capture of its own");
	EXPECT_EQ(0, judge_captures(world, domains));
	close_domains(domains);
}

/*
 * This test will hold back the third ACK in a VRF, while a connection with the same numbers
 * opens in the default table and closes there at the server, which is in TIME_WAIT then.
 */
TEST_F_TIMEOUT(vrfs, late_child, USUAL)
{
	struct domain domains[] = DOMAINS_INIT;
	struct domain *red = &domains[RED], *plain = &domains[DEFAULT];
	struct world *world = &self->world;

	add_domains(world, domains);
	for (int i = 0; i < DOMAINS; i++)
		listen_in(world, &domains[i]);
	world_enter(world, 1);
	drop_start("iifname red1 tcp flags == ack");
	connect_in(world, red);
	EXPECT_EQ(0, domain_verdict(world, red, 1, "state=SYN_RECV open.outcome=in_progress"));
	connect_in(world, plain);
	accept_in(world, plain);
	shutdown(plain->p.server, SHUT_WR);
	need(sock_state(plain->p.server) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(plain->p.client);
	need(sock_state(plain->p.server) == TCP_CLOSE, DEADLINE_MS);
	close(plain->p.server);
	EXPECT_EQ(0, domain_verdict(world, plain, 1, "state=TIME_WAIT open.role=passive"));
	EXPECT_EQ(0, domain_verdict(world, red, 1, "state=SYN_RECV open.outcome=in_progress"));
	world_enter(world, 1);
	EXPECT_LE(1, drop_stop());
	sock_send(red->p.client, 10, 0);
	accept_in(world, red);
	EXPECT_EQ(10, sock_receive(red->p.server, 10));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(red->p.server));
	EXPECT_EQ(0, domain_verdict(world, plain, 1,
				    "state=TIME_WAIT live=true time_wait.exit=null "
				    "close.kind=four_segment close.first=local"));
	EXPECT_EQ(0, domain_verdict(world, red, 1,
				    "state=ESTABLISHED open.role=passive "
				    "open.outcome=established"));
	connect_in(world, &domains[BLUE]);
	accept_in(world, &domains[BLUE]);
	for (int i = 0; i < DOMAINS; i++)
		close(domains[i].p.listener);
	world_unjudged(world, JUDGE_ALL & ~(JUDGE_TEXT | JUDGE_MEMORY),
		       "three domains use one tuple, in no order, and each has its own capture");
	EXPECT_EQ(0, judge_captures(world, domains));
	close_domains(domains);
}

TEST_HARNESS_MAIN
