// SPDX-License-Identifier: GPL-2.0
#include "learn/lab/await.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/clock.h"
#include "base/fail.h"
#include "learn/lab/records.h"
#include "meaning/words.h"
#include "read/reader.h"

#define DEADLINE_NS		60000000000	/* beyond it something hangs */
#define DEADLINE_2MSL_NS	200000000000
#define LOOK_FIRST_NS		2000000		/* between two looks, at first */
#define LOOK_LAST_NS		100000000	/* and after a while */

/**
 * struct wanted - what is waited for
 * @holds: whether a record has it
 * @a: of it: a state, a kind or the type of an entry
 * @flags: of a segment
 * @count: how many segments
 */
struct wanted {
	bool		(*holds)(const struct record *record, const struct wanted *wanted);
	unsigned int	a;
	unsigned int	flags;
	unsigned int	count;
};

static bool has_state(const struct record *record, const struct wanted *wanted)
{
	return record->fixed.state == wanted->a;
}

static bool has_segments(const struct record *record, const struct wanted *wanted)
{
	const unsigned int mask = TCPLEDGER_FIN | TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK;
	unsigned int i, found = 0;

	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == wanted->a &&
		    (record->log[i].flags & mask) == wanted->flags)
			found++;
	return found >= wanted->count;
}

static bool is_over(const struct record *record, const struct wanted *wanted)
{
	(void)wanted;
	return !(record->fixed.flags & TCPLEDGER_REC_LIVE);
}

static bool has_duplicate(const struct record *record, const struct wanted *wanted)
{
	(void)wanted;
	return record->fixed.tw_old_duplicates > 0;
}

/* Whether it holds of the newest record of the host that this process is in. */
static bool holds_now(struct world *world, const struct wanted *wanted)
{
	struct reader reader;
	const struct record *record;
	uint64_t newest = 0;
	bool holds = false;

	world->status = reader_open(&reader, &records_here);
	while (!world->status && !(world->status = reader_next(&reader, &record)) && record)
		if (record->fixed.id > newest) {
			newest = record->fixed.id;
			holds = wanted->holds(record, wanted);
		}
	reader_close(&reader);
	return holds;
}

/* The ledger tells nobody that something happened, so it is looked at again and again. */
static void await(struct world *world, enum world_host host, const struct wanted *wanted,
		  int64_t deadline_ns, const char *what)
{
	struct timespec pause = { .tv_nsec = LOOK_FIRST_NS };
	int64_t end = clock_monotonic() + deadline_ns;

	while (world_enter(world, host) && !holds_now(world, wanted)) {
		if (world->status)
			return;
		if (clock_monotonic() > end) {
			world->status = fail_work("run it again; if it fails again, it is a bug",
						  "waited %lld s in vain for %s at the %s",
						  (long long)(deadline_ns / 1000000000), what,
						  host == WORLD_CLIENT ? "client" : "server");
			return;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < LOOK_LAST_NS)
			pause.tv_nsec += LOOK_FIRST_NS;
	}
}

/**
 * await_state - wait until the newest connection is in a state
 * @world: the hosts
 * @host: whose
 * @state: the state
 */
void await_state(struct world *world, enum world_host host, enum tcpledger_state state)
{
	const struct wanted wanted = { .holds = has_state, .a = state };

	await(world, host, &wanted, DEADLINE_NS, words_get(&words_states, state));
}

static bool has_anomaly(const struct record *record, const struct wanted *wanted)
{
	return record->fixed.anomalies >> wanted->a & 1;
}

/**
 * await_anomaly - wait until the newest connection has an anomaly
 * @world: the hosts
 * @host: whose
 * @tag: the anomaly
 */
void await_anomaly(struct world *world, enum world_host host, enum tcpledger_anomaly tag)
{
	const struct wanted wanted = { .holds = has_anomaly, .a = tag };

	await(world, host, &wanted, DEADLINE_NS, words_get(&words_anomalies, tag));
}

/**
 * await_left - wait until the newest connection has sent segments
 * @world: the hosts
 * @host: whose
 * @flags: those of FIN, SYN, RST and ACK that they have
 * @count: how many of them
 */
void await_left(struct world *world, enum world_host host, unsigned int flags,
		unsigned int count)
{
	const struct wanted wanted = {
		.holds = has_segments, .a = TCPLEDGER_ENTRY_OUT, .flags = flags, .count = count,
	};

	await(world, host, &wanted, DEADLINE_NS, "a segment that leaves");
}

/**
 * await_arrived - wait until segments of the newest connection have come
 * @world: the hosts
 * @host: to whom
 * @flags: those of FIN, SYN, RST and ACK that they have
 * @count: how many of them
 */
void await_arrived(struct world *world, enum world_host host, unsigned int flags,
		   unsigned int count)
{
	const struct wanted wanted = {
		.holds = has_segments, .a = TCPLEDGER_ENTRY_IN, .flags = flags, .count = count,
	};

	await(world, host, &wanted, DEADLINE_NS, "a segment that comes");
}

/**
 * await_over - wait until the newest connection is over
 * @world: the hosts
 * @host: whose
 */
void await_over(struct world *world, enum world_host host)
{
	const struct wanted wanted = { .holds = is_over };

	await(world, host, &wanted, DEADLINE_NS, "the end of the connection");
}

/**
 * await_duplicate - wait until the newest connection has absorbed an old duplicate
 * @world: the hosts
 * @host: whose
 */
void await_duplicate(struct world *world, enum world_host host)
{
	const struct wanted wanted = { .holds = has_duplicate };

	await(world, host, &wanted, DEADLINE_NS, "an old duplicate");
}

/**
 * await_time_wait - wait for TIME_WAIT, and for its end if that is wanted
 * @world: the hosts
 * @host: whose newest connection
 */
void await_time_wait(struct world *world, enum world_host host)
{
	const struct wanted wanted = { .holds = is_over };

	await_state(world, host, TCPLEDGER_STATE_TIME_WAIT);
	if (world->wait)
		await(world, host, &wanted, DEADLINE_2MSL_NS, "the end of TIME_WAIT");
}

static bool has_kind(const struct record *record, const struct wanted *wanted)
{
	return record->fixed.kind == wanted->a;
}

/**
 * await_has_kind - how the newest connection was closed, as far as it has been
 * @world: the hosts
 * @host: whose
 * @kind: a way
 *
 * Return: whether it was that way.
 */
bool await_has_kind(struct world *world, enum world_host host, enum tcpledger_kind kind)
{
	const struct wanted wanted = { .holds = has_kind, .a = kind };

	return world_enter(world, host) && holds_now(world, &wanted);
}
