/* SPDX-License-Identifier: GPL-2.0 */
/* The surroundings of a test: namespaces, a wire, firewall rules, and the judges. */
#ifndef TCPLEDGER_SELFTEST_WORLD_H
#define TCPLEDGER_SELFTEST_WORLD_H

#include "capture.h"
#include "ledger.h"
#include "sock.h"
#include "trace.h"
#include "util.h"
#include "wire.h"

#define WORLD_SPACES	TRACE_SPACES
#define WIRE_PORT	5000	/* where this host listens on the wire */
#define FAR_PORT	6000	/* where the far end does */

/**
 * struct space - a network namespace of the test
 * @fd: to enter it
 * @inode: what records call it
 * @capture: all its segments
 * @dropped: SYNs, FINs and RSTs that the test's own firewall rules dropped there
 * @strays: those of them that belong to no record, as the test expects
 */
struct space {
	int fd;
	uint64_t inode;
	struct capture capture;
	unsigned int dropped;
	unsigned int strays;
};

/**
 * struct world - all of it
 * @family: AF_INET or AF_INET6
 * @initial: the namespace the test was started in
 * @n: namespaces made
 * @here: which one the test is in
 * @same_tuples: the namespaces use the same tuples, and only one at a time is busy
 * @space: the namespaces
 * @trace: states of all TCP sockets
 * @wire: device with the test at its other end, if opened
 */
struct world {
	int family;
	int initial;
	int n;
	int here;
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

void link_up(const char *name);
void sysctl_set(const char *name, const char *value);
void drop_start(const char *match);
int drop_count(void);
int drop_stop(void);
void drop_control_stop(struct world *world);

int judge(struct world *world);
int verdict(const struct endpoint *local, const struct endpoint *remote, size_t nth,
	    const char *wanted, ...) __attribute__((format(printf, 4, 5)));
int records_of(const struct endpoint *local, const struct endpoint *remote);
int records_all(void);
bool ledger_says(const struct endpoint *local, const struct endpoint *remote, const char *path,
		 const char *value);

#endif
