// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "lab/world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "lab/program.h"

#define OWN_SPACE	"/proc/thread-self/ns/net"
#define SYSCTL		"/proc/sys/net/"

/* A program on a host is named after it, so that a record's owner tells its end. */
static const char *const names[WORLD_HOSTS] = { "client", "server", "network" };

/* Hardware addresses, so that nobody has to ask for one and a segment waits for it. */
#define CLIENT_ETHER	"02:00:00:00:01:01"
#define CLIENT_GATE	"02:00:00:00:01:fe"
#define SERVER_ETHER	"02:00:00:00:02:02"
#define SERVER_GATE	"02:00:00:00:02:fe"

static void fail_space(struct world *world)
{
	const char *advice = "try again when the machine has room";

	if (errno == EPERM || errno == EACCES)
		advice = "run it as root, it needs CAP_SYS_ADMIN";
	world->status = fail_work(advice, "cannot make a network namespace: %s",
				  strerror(errno));
}

static void make_space(struct world *world, enum world_host host)
{
	if (world->status)
		return;
	if (!unshare(CLONE_NEWNET))
		world->space[host] = open(OWN_SPACE, O_RDONLY | O_CLOEXEC);
	if (world->space[host] < 0)
		fail_space(world);
	world->here = host;
	world->away = true;
}

/**
 * world_enter - be a program on one of the hosts
 * @world: the hosts
 * @host: which
 *
 * Return: whether that was possible and nothing failed before.
 */
bool world_enter(struct world *world, enum world_host host)
{
	if (world->status)
		return false;
	if (world->here != host && setns(world->space[host], CLONE_NEWNET)) {
		fail_space(world);
		return false;
	}
	world->here = host;
	prctl(PR_SET_NAME, names[host]);
	return true;
}

/**
 * world_sysctl - set one of the kernel's knobs on a host
 * @world: the hosts
 * @host: which
 * @name: its path below /proc/sys/net
 * @value: what to set
 */
void world_sysctl(struct world *world, enum world_host host, const char *name,
		  const char *value)
{
	size_t len = strlen(value);
	char path[128];
	int fd;

	if (!world_enter(world, host))
		return;
	snprintf(path, sizeof(path), SYSCTL "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, len) != (ssize_t)len)
		world->status = fail_work("is /proc mounted, and may it be written to?",
					  "cannot set %s to %s: %s", path, value,
					  strerror(errno));
	if (fd >= 0)
		close(fd);
}

/**
 * world_sysctl_if_known - set a knob that not every kernel has
 * @world: the hosts
 * @host: which
 * @name: its path below /proc/sys/net
 * @value: what to set, if there is such a knob
 */
void world_sysctl_if_known(struct world *world, enum world_host host, const char *name,
			   const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), SYSCTL "%s", name);
	if (world_enter(world, host) && !access(path, F_OK))
		world_sysctl(world, host, name, value);
}

static void run_ip(struct world *world, enum world_host host, const char *commands)
{
	char *const argv[] = { "ip", "-batch", "-", NULL };

	if (world_enter(world, host))
		world->status = program_run(argv, "iproute2", commands);
}

static void join_host(struct world *world, enum world_host host, const char *ether,
		      const char *gate)
{
	const char *name = names[host];
	int subnet = host == WORLD_CLIENT ? 1 : 2;
	char commands[1024];

	snprintf(commands, sizeof(commands),
		 "link add %s address %s type veth peer name eth0 address %s netns /proc/%d/fd/%d\n"
		 "address add 10.0.%d.254/24 dev %s\n"
		 "link set %s up\n"
		 "neighbour replace 10.0.%d.%d lladdr %s dev %s nud permanent\n",
		 name, gate, ether, getpid(), world->space[host], subnet, name, name, subnet,
		 subnet, ether, name);
	run_ip(world, WORLD_NETWORK, commands);
	snprintf(commands, sizeof(commands),
		 "address add 10.0.%d.%d/24 dev eth0\n"
		 "link set eth0 up\n"
		 "neighbour replace 10.0.%d.254 lladdr %s dev eth0 nud permanent\n"
		 "route add default via 10.0.%d.254\n",
		 subnet, subnet, subnet, gate, subnet);
	run_ip(world, host, commands);
}

/*
 * Nobody but a case's own sockets speaks. What is closed while nobody answers keeps
 * its namespace, so it gives up soon.
 */
static void settle_host(struct world *world, enum world_host host)
{
	world_sysctl_if_known(world, host, "ipv6/conf/all/disable_ipv6", "1");
	if (host == WORLD_NETWORK) {
		world_sysctl(world, host, "ipv4/ip_forward", "1");
		return;
	}
	world_sysctl(world, host, "tcpledger/enabled", "1");
	world_sysctl(world, host, "ipv4/tcp_orphan_retries", "3");
}

/**
 * world_make - make the hosts and join them
 * @world: set up; world_end() is due also after a failure
 */
void world_make(struct world *world)
{
	unsigned int host;

	memset(world, 0, sizeof(*world));
	for (host = 0; host < WORLD_HOSTS; host++)
		world->space[host] = -1;
	prctl(PR_GET_NAME, world->name);
	world->home = open(OWN_SPACE, O_RDONLY | O_CLOEXEC);
	if (world->home < 0)
		fail_space(world);
	for (host = 0; host < WORLD_HOSTS; host++)
		make_space(world, host);
	for (host = 0; host < WORLD_HOSTS; host++)
		settle_host(world, host);
	join_host(world, WORLD_CLIENT, CLIENT_ETHER, CLIENT_GATE);
	join_host(world, WORLD_SERVER, SERVER_ETHER, SERVER_GATE);
}

/**
 * world_inode - the number that a host's records have as their netns
 * @world: the hosts
 * @host: which
 *
 * Return: the inode number of its namespace, 0 if it has none.
 */
uint32_t world_inode(const struct world *world, enum world_host host)
{
	struct stat st;

	return fstat(world->space[host], &st) ? 0 : (uint32_t)st.st_ino;
}

/* With an RST and not a FIN: nothing of it is left to keep its namespace. */
static void drop_sockets(struct world *world)
{
	const struct linger now = { .l_onoff = 1 };
	unsigned int i;

	for (i = 0; i < world->count; i++) {
		if (world->sockets[i] < 0)
			continue;
		setsockopt(world->sockets[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(world->sockets[i]);
	}
	world->count = 0;
}

static void go_home(struct world *world)
{
	prctl(PR_SET_NAME, world->name);
	if (!world->away || world->home < 0)
		return;
	if (setns(world->home, CLONE_NEWNET) && !world->status)
		fail_space(world);
	world->away = false;
}

/**
 * world_end - take the hosts away, and be again where this process came from
 * @world: the hosts
 */
void world_end(struct world *world)
{
	unsigned int host;

	drop_sockets(world);
	go_home(world);
	for (host = 0; host < WORLD_HOSTS; host++)
		if (world->space[host] >= 0)
			close(world->space[host]);
	if (world->home >= 0)
		close(world->home);
}
