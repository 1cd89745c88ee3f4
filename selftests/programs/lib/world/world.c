// SPDX-License-Identifier: GPL-2.0
#include "lib/world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUPS		"/sys/fs/cgroup"
#define NFT_TABLE	"inet tcpledger_selftest"

/* Of this test: each runs in a process of its own. */
static struct drops dropped;

static int current_space(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("/proc/thread-self/ns/net");
	return fd;
}

/**
 * link_up - set a device of this namespace up
 * @name: its name
 */
void link_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("set %s up", name);
	close(fd);
}

/*
 * A cgroup of the test's own: all that it does not name would be in the root's, whose
 * id is 1. Return: its id, which is the inode of its folder
 */
static uint64_t enter_cgroup(void)
{
	char path[64], procs[80];
	struct stat st;

	snprintf(path, sizeof(path), CGROUPS "/tcpledger-%d", getpid());
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	if ((mkdir(path, 0755) && errno != EEXIST) || !write_text(procs, "0") || stat(path, &st))
		die("cgroup %s", path);
	return st.st_ino;
}

/* What is still in it, a server that the test killed, keeps it until the VM ends. */
static void leave_cgroup(void)
{
	char path[64];

	snprintf(path, sizeof(path), CGROUPS "/tcpledger-%d", getpid());
	write_text(CGROUPS "/cgroup.procs", "0");
	rmdir(path);
}

/**
 * world_open - make a fresh namespace with loopback and start the judges
 * @world: world, set up here
 * @family: AF_INET or AF_INET6
 */
void world_open(struct world *world, int family)
{
	memset(world, 0, sizeof(*world));
	world->family = family;
	world->wire.fd = -1;
	world->initial = current_space();
	world->cgroup = enter_cgroup();
	trace_open(&world->trace);
	world_add_space(world);
}

/**
 * world_close - end the judges and leave the namespaces, which then go away
 * @world: world
 */
void world_close(struct world *world)
{
	if (world->wire.fd >= 0)
		wire_close(&world->wire);
	for (int i = 0; i < world->n; i++) {
		capture_close(&world->space[i].capture);
		free(world->space[i].outside.list);
		close(world->space[i].fd);
	}
	trace_close(&world->trace);
	setns(world->initial, CLONE_NEWNET);
	leave_cgroup();
	close(world->initial);
}

/**
 * world_add_space - make another namespace and enter it
 * @world: world
 * Return: its index
 */
int world_add_space(struct world *world)
{
	struct space *space = &world->space[world->n];
	struct stat st;

	if (world->n == WORLD_SPACES || unshare(CLONE_NEWNET))
		die("no further network namespace");
	trace_drain(&world->trace);
	world->here = world->n++;
	space->fd = current_space();
	if (fstat(space->fd, &st))
		die("stat of the namespace");
	space->inode = st.st_ino;
	trace_space(&world->trace, world->here);
	capture_open(&space->capture);
	link_up("lo");
	capture_stamped(&space->capture);
	return world->here;
}

/**
 * world_enter - go to a namespace of the test
 * @world: world
 * @which: its index
 */
void world_enter(struct world *world, int which)
{
	trace_drain(&world->trace);
	if (setns(world->space[which].fd, CLONE_NEWNET))
		die("setns");
	world->here = which;
}

/**
 * world_add_veth - join the two namespaces with the devices veth0 and veth1
 * @world: world with two namespaces
 *
 * veth0 in namespace 0 is 198.51.100.1 or 2001:db8:1::1, veth1 in namespace 1
 * ends in 2. The test goes on in namespace 0. They know each other's link address:
 * a segment that waits for it is captured later than TCP sent it.
 */
void world_add_veth(struct world *world)
{
	world_enter(world, 0);
	run("ip link add veth0 address 02:00:00:00:00:01 type veth "
	    "peer name veth1 address 02:00:00:00:00:02 netns /proc/%d/fd/%d",
	    getpid(), world->space[1].fd);
	for (int i = 1; i >= 0; i--) {
		const char *net = world->family == AF_INET ? "198.51.100." : "2001:db8:1::";

		world_enter(world, i);
		run("ip addr add %s%d/%d dev veth%d%s", net, i + 1,
		    world->family == AF_INET ? 24 : 64, i,
		    world->family == AF_INET ? "" : " nodad");
		link_up(i ? "veth1" : "veth0");
		run("ip neigh replace %s%d lladdr 02:00:00:00:00:0%d dev veth%d nud permanent",
		    net, 2 - i, 2 - i, i);
	}
}

/**
 * world_leave_space - let a namespace of the test die: nothing of the test is in it any more
 * @world: world, in another namespace
 * @which: index of the last namespace made
 */
void world_leave_space(struct world *world, int which)
{
	if (which != world->n - 1 || which == world->here)
		die("only the last namespace can be left, and not while in it");
	capture_close(&world->space[which].capture);
	free(world->space[which].outside.list);
	close(world->space[which].fd);
	memset(&world->space[which], 0, sizeof(world->space[which]));
	world->n--;
}

/**
 * wire_connect - connect() from this host over the wire, not waiting for the answer
 * @world: world; its wire is opened if it was not
 * @peer: the far end, set up here; it has received nothing yet
 * Return: the connecting socket
 */
int wire_connect(struct world *world, struct peer *peer)
{
	int fd = sock_new(world->family), error;

	if (world->wire.fd < 0)
		wire_open(&world->wire, world->family);
	*peer = peer_at(&world->wire, FAR_PORT, 0);
	error = sock_connect_start(fd, world->family, &peer->self);
	if (error != EINPROGRESS)
		die("connect: error %d", error);
	return fd;
}

/**
 * wire_established - make a connection of this host with a peer at the far end
 * @world: world; its wire is opened
 * @peer: the far end, set up here
 * Return: the connected socket, non-blocking
 */
int wire_established(struct world *world, struct peer *peer)
{
	int fd = wire_connect(world, peer);

	peer_accept_connection(peer);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	return fd;
}

/**
 * sysctl_set - set a sysctl of this namespace
 * @name: its path below /proc/sys/net
 * @value: value
 */
void sysctl_set(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	if (!write_text(path, value))
		die("sysctl %s=%s", name, value);
}

/**
 * drop_start - drop what comes to this host and matches, until drop_stop()
 * @match: an nft expression, for both families
 */
void drop_start(const char *match)
{
	if (dropped.n == DROPS_MAX)
		die("more than %d rules", DROPS_MAX);
	dropped.rule[dropped.n].since = real_ns();
	dropped.rule[dropped.n++].until = INT64_MAX;
	run("nft 'add table " NFT_TABLE "; "
	    "add chain " NFT_TABLE " input { type filter hook input priority 0; }; "
	    "add rule " NFT_TABLE " input %s counter drop'", match);
}

/**
 * drop_count - count what the rule of drop_start() has dropped
 * Return: packets
 */
int drop_count(void)
{
	char *text = run_output("nft list chain " NFT_TABLE " input");
	const char *counter = strstr(text, "counter packets ");
	unsigned int n;

	if (!counter || sscanf(counter, "counter packets %u", &n) != 1)
		die("no counter in: %s", text);
	free(text);
	return n;
}

/**
 * drop_stop - drop no longer
 * Return: packets that were dropped
 */
int drop_stop(void)
{
	unsigned int n;

	/* Nothing may be dropped between the count and the end of the rule. */
	run("nft 'insert rule " NFT_TABLE " input accept'");
	n = drop_count();
	run("nft delete table " NFT_TABLE);
	dropped.rule[dropped.n - 1].until = real_ns();
	dropped.packets += n;
	return n;
}

/**
 * drops_other - tell what was captured and did not come
 * @control: how many SYNs, FINs and RSTs of what was dropped
 * Return: the rules, and how many other segments they dropped
 */
struct drops drops_other(unsigned int control)
{
	struct drops drops = dropped;

	drops.packets = drops.packets > control ? drops.packets - control : 0;
	return drops;
}

/**
 * drops_take - take one segment from those that were dropped
 * @drops: of drops_other()
 * @ns: when it was captured
 * Return: whether it can have been one
 */
bool drops_take(struct drops *drops, int64_t ns)
{
	for (size_t i = 0; i < drops->n; i++)
		if (ns >= drops->rule[i].since && ns <= drops->rule[i].until && drops->packets) {
			drops->packets--;
			return true;
		}
	return false;
}

/**
 * drop_control_stop - end a rule that drops SYNs, FINs or RSTs
 * @world: world; the capture shows these segments, the ledger must not
 */
void drop_control_stop(struct world *world)
{
	world->space[world->here].dropped += drop_stop();
}
