// SPDX-License-Identifier: GPL-2.0
#include "lib/world/router.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

/* The net of each end; an end is host 1 in it, the router host 254 or fe. */
static const char *const nets[2][2] = {
	{ "198.51.100.", "2001:db8:1::" },
	{ "203.0.113.", "2001:db8:2::" },
};

static struct endpoint host(const struct world *world, int which, bool router, uint16_t port)
{
	bool v4 = world->family == AF_INET;
	char ip[64];

	snprintf(ip, sizeof(ip), "%s%s", nets[which][!v4], !router ? "1" : v4 ? "254" : "fe");
	return endpoint_from_text(ip, port);
}

/**
 * router_end - address of one of the two ends
 * @world: world with a router
 * @which: LEFT or RIGHT
 * @port: port
 * Return: endpoint
 */
struct endpoint router_end(const struct world *world, int which, uint16_t port)
{
	return host(world, which, false, port);
}

/**
 * router_side - address of the router, as one of the two ends knows it
 * @world: world with a router
 * @which: LEFT or RIGHT
 * @port: port
 * Return: endpoint
 */
struct endpoint router_side(const struct world *world, int which, uint16_t port)
{
	return host(world, which, true, port);
}

/* Give a device its address, and the link address of what is at its other end. */
static void set_up(const struct world *world, const char *device, const struct endpoint *own,
		   const struct endpoint *other, int other_link)
{
	bool v4 = world->family == AF_INET;

	run("ip addr add %s/%d dev %s%s", endpoint_text(own), v4 ? 24 : 64, device,
	    v4 ? "" : " nodad");
	link_up(device);
	run("ip neigh replace %s lladdr 02:00:00:00:00:%02x dev %s nud permanent",
	    endpoint_text(other), other_link, device);
}

/**
 * world_add_router - put two more namespaces to the first: the other end, and a router between
 * @world: world with one namespace
 *
 * The devices are "end" at both ends, "left" and "right" at the router. Each end
 * routes all by it. The test goes on in LEFT.
 */
void world_add_router(struct world *world)
{
	bool v4 = world->family == AF_INET;

	if (world_add_space(world) != RIGHT || world_add_space(world) != ROUTER)
		die("a router goes between the first two namespaces");
	for (int i = LEFT; i <= RIGHT; i++) {
		struct endpoint end = router_end(world, i, 0), side = router_side(world, i, 0);
		const char *device = i == LEFT ? "left" : "right";

		world_enter(world, ROUTER);
		run("ip link add %s address 02:00:00:00:00:%02x type veth peer name end "
		    "address 02:00:00:00:00:%02x netns /proc/%d/fd/%d", device, 0x10 + i, 0x20 + i,
		    getpid(), world->space[i].fd);
		set_up(world, device, &side, &end, 0x20 + i);
		world_enter(world, i);
		set_up(world, "end", &end, &side, 0x10 + i);
		run("ip %s route add default via %s", v4 ? "" : "-6", endpoint_text(&side));
	}
	world_enter(world, ROUTER);
	sysctl_set(v4 ? "ipv4/ip_forward" : "ipv6/conf/all/forwarding", "1");
	world_enter(world, LEFT);
}
