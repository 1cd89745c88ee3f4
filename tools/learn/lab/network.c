// SPDX-License-Identifier: GPL-2.0
#include "learn/lab/network.h"

#include <stdio.h>

#include "learn/lab/program.h"

static void run_nft(struct world *world, const char *commands)
{
	char *const argv[] = { "nft", "-f", "-", NULL };

	if (world_enter(world, WORLD_NETWORK))
		world->status = program_run(argv, "nftables", commands);
}

/* Where the network sends to one host. */
static void run_netem(struct world *world, const char *verb, const char *device,
		      unsigned int ms)
{
	char *const argv[] = { "tc", "-batch", "-", NULL };
	char command[128];

	snprintf(command, sizeof(command), "qdisc %s dev %s root netem delay %ums\n", verb,
		 device, ms);
	if (world_enter(world, WORLD_NETWORK))
		world->status = program_run(argv, "iproute2", command);
}

/**
 * network_prepare - give the network its length, and a place for what it will lose
 * @world: the hosts
 */
void network_prepare(struct world *world)
{
	run_netem(world, "add", "client", WORLD_DELAY_MS);
	run_netem(world, "add", "server", WORLD_DELAY_MS);
	run_nft(world, "add table inet lab\n"
		"add chain inet lab wire { type filter hook forward priority 0; }\n");
}

/**
 * network_lose - segments that will be lost on their way
 * @world: the hosts
 * @from: who sends them
 * @flags: those of FIN, SYN, RST and ACK that they have, in nft's language
 * @count: how many of them, from the next on, or NETWORK_ALL
 */
void network_lose(struct world *world, enum world_host from, const char *flags,
		  unsigned int count)
{
	const char *address = from == WORLD_CLIENT ? WORLD_CLIENT_ADDRESS :
						     WORLD_SERVER_ADDRESS;
	char limit[64] = "", command[256];

	if (count)
		snprintf(limit, sizeof(limit), "limit rate 1/day burst %u packets ", count);
	snprintf(command, sizeof(command), "add rule inet lab wire ip saddr %s "
		 "tcp flags & (fin|syn|rst|ack) == %s %sdrop\n", address, flags, limit);
	run_nft(world, command);
}

/**
 * network_delay - how long segments take from now on
 * @world: the hosts
 * @from: who sends them
 * @ms: how long; what is under way already keeps its time, and may be overtaken
 */
void network_delay(struct world *world, enum world_host from, unsigned int ms)
{
	run_netem(world, "change", from == WORLD_CLIENT ? "server" : "client", ms);
}

/**
 * network_delay_both - how long segments of both hosts take from now on
 * @world: the hosts
 * @ms: milliseconds
 */
void network_delay_both(struct world *world, unsigned int ms)
{
	network_delay(world, WORLD_CLIENT, ms);
	network_delay(world, WORLD_SERVER, ms);
}
