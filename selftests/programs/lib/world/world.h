/* SPDX-License-Identifier: GPL-2.0 */
/* The surroundings of a test: namespaces, a wire, firewall rules, and the judges. */
#ifndef TCPLEDGER_SELFTEST_WORLD_H
#define TCPLEDGER_SELFTEST_WORLD_H

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"
#include "lib/peer/sock.h"
#include "lib/peer/wire.h"
#include "lib/witness/capture.h"
#include "lib/witness/trace.h"

#define WORLD_SPACES	TRACE_SPACES
#define WIRE_PORT	5000	/* where this host listens on the wire */
#define FAR_PORT	6000	/* where the far end does */

/**
 * struct outside - endpoints that must have no record, see outside.c
 * @n: how many
 * @nobody: all that nobody() seems to send may have none
 * @list: own end and the other
 */
struct outside {
	size_t n;
	bool nobody;
	struct {
		struct endpoint local;
		struct endpoint remote;
	} *list;
};

/**
 * struct space - a network namespace of the test
 * @fd: to enter it
 * @inode: what records call it
 * @capture: all its segments
 * @dropped: SYNs, FINs and RSTs that the test's own firewall rules dropped there
 * @strays: those of them that belong to no record, as the test expects
 * @outside: connections that the ledger was told not to record
 */
struct space {
	int fd;
	uint64_t inode;
	struct capture capture;
	unsigned int dropped;
	unsigned int strays;
	struct outside outside;
};

/**
 * struct world - all of it
 * @family: AF_INET or AF_INET6
 * @initial: the namespace the test was started in
 * @cgroup: id of the cgroup that the test is in, its own
 * @n: namespaces made
 * @here: which one the test is in
 * @unjudged: which JUDGE_* the test cannot stand, see world_unjudged()
 * @same_tuples: the namespaces use the same tuples, and only one at a time is busy
 * @space: the namespaces
 * @trace: states of all TCP sockets
 * @wire: device with the test at its other end, if opened
 */
struct world {
	int family;
	int initial;
	uint64_t cgroup;
	int n;
	int here;
	unsigned int unjudged;
	bool same_tuples;
	struct space space[WORLD_SPACES];
	struct trace trace;
	struct wire wire;
};

void world_open(struct world *world, int family);
void world_close(struct world *world);
int world_add_space(struct world *world);
void world_enter(struct world *world, int which);
void world_add_veth(struct world *world);
void world_leave_space(struct world *world, int which);
int wire_connect(struct world *world, struct peer *peer);
int wire_established(struct world *world, struct peer *peer);

#define DROPS_MAX	8	/* rules of drop_start() in one test */

/**
 * struct drops - what the test's own firewall rules dropped
 * @n: how many rules there were
 * @rule: when each was in force, CLOCK_REALTIME
 * @packets: how many segments that are neither SYN, FIN nor RST
 */
struct drops {
	size_t n;
	struct {
		int64_t since;
		int64_t until;
	} rule[DROPS_MAX];
	unsigned int packets;
};

void link_up(const char *name);
void sysctl_set(const char *name, const char *value);
void drop_start(const char *match);
int drop_count(void);
int drop_stop(void);
void drop_control_stop(struct world *world);
struct drops drops_other(unsigned int control);
bool drops_take(struct drops *drops, int64_t ns);

#endif
