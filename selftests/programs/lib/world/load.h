/* SPDX-License-Identifier: GPL-2.0 */
/* What goes on at once, each in its own thread: connections, namespaces, floods, readers. */
#ifndef TCPLEDGER_SELFTEST_LOAD_H
#define TCPLEDGER_SELFTEST_LOAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/world/world.h"

/* Parameters of a module under it, and the records of one namespace that they allow. */
#define LOAD_LIMITS	"max_connections=4096 history=2048 max_embryonic=512"
#define LOAD_MOST	4096

/**
 * struct load - what goes on, and how far each part has come
 * @family: of the connections
 * @unloads: the module comes and goes: files may vanish, and a third of the connections
 *	     stays open for the next one, so that it has some to adopt
 * @spaces_wanted: namespaces to make and leave, 0 for as many as it takes
 * @readings_wanted: of each reader, 0 for as many as it takes
 * @flood_wanted: SYNs, RSTs and FINs of load_flood(), each
 * @stop: it is enough
 * @connections: made in the test's namespace
 * @reused: connections that each took the tuple of the one before
 * @spaces: namespaces made and left
 * @readings: of files
 * @readers: started so far; each draws other numbers
 * @wrong: what readers found wrong
 * @flooded: rounds of load_flood() so far, each a SYN and more
 * @world: the test's namespace, for the wire in it
 * @victim: peer of a connection to which RSTs and FINs are forged
 * @victim_fd: this host's end of it
 */
struct load {
	int family;
	bool unloads;
	unsigned int spaces_wanted;
	unsigned int readings_wanted;
	unsigned int flood_wanted;
	atomic_bool stop;
	atomic_uint connections;
	atomic_uint reused;
	atomic_uint spaces;
	atomic_uint readings;
	atomic_uint readers;
	atomic_uint wrong;
	unsigned int flooded;
	struct world world;
	struct peer victim;
	int victim_fd;
};

void *load_connections(void *load);
void *load_one_tuple(void *load);
void *load_spaces(void *load);
void *load_flood(void *load);

void load_flood_begin(struct load *load);
int load_flood_judge(struct load *load, const char *wanted);
pthread_t load_start(struct load *load, void *(*what)(void *));
void load_wait(pthread_t *thread, int n);

#endif
