// SPDX-License-Identifier: GPL-2.0
/*
 * Segments larger than the wire: TSO sends them so, GRO makes them so again, and
 * NAPI hands them over in a thread or on another CPU's queue.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/test.h"

#define SERVER_PORT	6000
#define PIECE		(256 << 10)	/* bytes between two looks at the captures */
#define PIECES		8
#define MSS_MOST	1460		/* of a veth's MTU */

FIXTURE(offload) {
	struct world world;
};

/* tso: the sender leaves the cutting to the wire; threaded, rps: who receives */
FIXTURE_VARIANT(offload) {
	int family;
	bool tso;
	bool threaded;
	bool rps;
};

FIXTURE_VARIANT_ADD(offload, tso) { .family = AF_INET, .tso = true };
FIXTURE_VARIANT_ADD(offload, gro) { .family = AF_INET };
FIXTURE_VARIANT_ADD(offload, tso_ipv6) { .family = AF_INET6, .tso = true };
FIXTURE_VARIANT_ADD(offload, gro_ipv6) { .family = AF_INET6 };
FIXTURE_VARIANT_ADD(offload, threaded) { .family = AF_INET, .threaded = true };
FIXTURE_VARIANT_ADD(offload, rps) { .family = AF_INET6, .tso = true, .rps = true };

FIXTURE_SETUP(offload)
{
	world_open(&self->world, variant->family);
}

FIXTURE_TEARDOWN(offload)
{
	world_close(&self->world);
}

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

static void set_feature(const char *device, uint32_t command, bool on)
{
	struct ethtool_value value = { .cmd = command, .data = on };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr))
		die("feature %#x of %s", command, device);
	close(fd);
}

/* The /sys of this program is that of another network namespace. */
static void attribute(const char *device, const char *name, const char *value)
{
	run("unshare -m sh -c 'mount -t sysfs none /sys && echo %s >/sys/class/net/%s/%s'", value,
	    device, name);
}

static void set_up(struct world *world, bool tso, bool threaded, bool rps)
{
	world_add_space(world);
	world_add_veth(world);
	for (int i = 1; i >= 0; i--) {
		const char *device = i ? "veth1" : "veth0";

		world_enter(world, i);
		set_feature(device, ETHTOOL_STSO, tso);
		set_feature(device, ETHTOOL_SGSO, tso);
		/* It gives a veth its NAPI. */
		set_feature(device, ETHTOOL_SGRO, true);
		if (threaded)
			attribute(device, "threaded", "1");
		if (rps)
			attribute(device, "queues/rx-0/rps_cpus", "1");
	}
}

/* Whether a segment larger than the wire came, or left. */
static bool saw_large(struct world *world, bool out)
{
	struct capture *cap = &world->space[world->here].capture;

	capture_drain(cap);
	for (size_t i = 0; i < cap->n; i++)
		if (cap->list[i].out == out && cap->list[i].seg.len > MSS_MOST)
			return true;
	return false;
}

static void drain_both(struct world *world)
{
	for (int i = 0; i < 2; i++)
		capture_drain(&world->space[i].capture);
}

/* This test will send bulk data, and judge both ends. */
TEST_F_TIMEOUT(offload, bulk, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	struct endpoint any = endpoint_from_text(v4 ? "0.0.0.0" : "::", SERVER_PORT);
	struct pair p = { .family = variant->family };
	int total = 0;

	set_up(world, variant->tso, variant->threaded, variant->rps);
	world_enter(world, 1);
	p.listener = sock_listen(variant->family, &any, 8);
	p.s = endpoint_from_text(v4 ? "198.51.100.2" : "2001:db8:1::2", SERVER_PORT);
	world_enter(world, 0);
	pair_connect(&p);
	sock_set(p.client, SOL_SOCKET, SO_SNDBUF, 2 * PIECE);
	for (int i = 0; i < PIECES; i++, total += PIECE) {
		sock_send(p.client, PIECE, 0);
		ASSERT_EQ(PIECE, sock_receive(p.server, PIECE));
		drain_both(world);
	}
	pair_delivered(&p);
	shutdown(p.client, SHUT_WR);
	EXPECT_EQ(0, sock_receive(p.server, 0));
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	need(sock_state(p.client) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_EQ(variant->tso, saw_large(world, true));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active close.kind=four_segment close.first=local bytes_sent=%d "
		       "state=TIME_WAIT", total);
	EXPECT_EQ(1, records_all());
	EXPECT_JUDGED(world);
	world_enter(world, 1);
	EXPECT_TRUE(saw_large(world, false));
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive close.kind=four_segment close.first=remote "
		       "bytes_received=%d live=false anomalies=", total);
	EXPECT_EQ(1, records_all());
	EXPECT_JUDGED(world);
}

TEST_HARNESS_MAIN
