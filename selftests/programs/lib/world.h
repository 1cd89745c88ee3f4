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

/* What judge() compares, for world_unjudged(). */
enum judge_part {
	JUDGE_RECORDS	= 1 << 0,	/* what holds for every record */
	JUDGE_STATES	= 1 << 1,	/* states, against the trace */
	JUDGE_TABLE	= 1 << 2,	/* live records, against the table of sockets */
	JUDGE_TIMEWAIT	= 1 << 3,	/* 2MSL, against the trace */
	JUDGE_SEGMENTS	= 1 << 4,	/* SYNs, FINs and RSTs, against the capture */
	JUDGE_EXPORT	= 1 << 5,	/* the same of what is exported */
	JUDGE_ACKS	= 1 << 6,	/* all other segments, against the capture */
	JUDGE_TEXT	= 1 << 7,	/* the text files, against the records */
	JUDGE_VALUES	= 1 << 8,	/* counters, owners, times: against the sockets */
	JUDGE_ACCEPTED	= 1 << 9,	/* what TCP took, against the trace */
	JUDGE_MEMORY	= 1 << 10,	/* blocks, against the kernel's allocator */
	JUDGE_ALL	= (1 << 11) - 1,
	JUDGE_CAPTURE	= JUDGE_SEGMENTS | JUDGE_EXPORT | JUDGE_ACKS |	/* all that need one */
			  JUDGE_VALUES,
};

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

int judge(struct world *world);
int judge_world(struct world *world);
void world_unjudged(struct world *world, unsigned int parts, const char *why);
int verdict(const struct endpoint *local, const struct endpoint *remote, size_t nth,
	    const char *wanted, ...) __attribute__((format(printf, 4, 5)));
int records_of(const struct endpoint *local, const struct endpoint *remote);
int records_all(void);
bool ledger_says(const struct endpoint *local, const struct endpoint *remote, const char *path,
		 const char *value);

#endif
