// SPDX-License-Identifier: GPL-2.0
/*
 * Every entry, restart and exit of a timewait socket that the kernel traced is
 * in the ledger, at the same time, and nothing else is.
 *
 * A timewait socket belongs to the record that its tuple had at its beginning.
 */
#include "lib/judge/timewait.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "lib/judge/lives.h"
#include "lib/ledger/records.h"
#include "lib/witness/netstat.h"
#include "lib/world/outside.h"

#define TOLERANCE_NS	(slow_kernel() || get_nprocs() > 1 ? 1000000000 : 1000000)
#define EXIT_NAME(id, name, ...)	[TCPLEDGER_EXIT_##id] = name,

static int differ(const struct tcpledger_record *rec, const char *what, int64_t told,
		  int64_t traced)
{
	if (told >= 0 && llabs(told - traced) <= TOLERANCE_NS)
		return 0;
	say("record %llu: %s at %lld ns, the kernel traced %lld ns", (unsigned long long)rec->id,
	    what, (long long)told, (long long)traced);
	return 1;
}

/* When the log has a change of state, CLOCK_MONOTONIC; -1 if never, or more than once. */
static int64_t change_ns(const struct tcpledger_record *rec, int from, int to)
{
	const struct tcpledger_entry *log = records_log(rec);
	int64_t ns = -1;

	for (size_t i = 0; i < rec->log_n; i++) {
		if (log[i].type != TCPLEDGER_ENTRY_STATE || log[i].to != to ||
		    (from && log[i].from != from))
			continue;
		if (ns >= 0)
			return -1;
		ns = rec->base_ns + log[i].t_ns;
	}
	return ns;
}

static int compare_restarts(const struct tcpledger_record *rec, const struct life_timewait *tw)
{
	const struct tcpledger_entry *log = records_log(rec);
	size_t n = 0;
	int wrong = 0;

	for (size_t i = 0; i < rec->log_n; i++) {
		const struct tcpledger_entry *e = &log[i];

		if (e->type != TCPLEDGER_ENTRY_NOTE ||
		    e->tag != TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED)
			continue;
		if (n < tw->restarts && n < LIFE_RESTARTS_MAX)
			wrong += differ(rec, "notes a restart", rec->base_ns + e->t_ns,
					tw->restart[n]);
		if (e->segment < 0 || log[e->segment].type != TCPLEDGER_ENTRY_IN) {
			say("record %llu: a restart without a segment that came",
			    (unsigned long long)rec->id);
			wrong++;
		}
		n++;
	}
	if (rec->tw_restarts != tw->restarts || (!rec->log_dropped && n != tw->restarts)) {
		say("record %llu: %u restarts, %zu noted, the kernel traced %zu",
		    (unsigned long long)rec->id, rec->tw_restarts, n, tw->restarts);
		wrong++;
	}
	return wrong;
}

/*
 * Why the kernel killed a timewait socket in TIME_WAIT. A SYN that opens the
 * tuple anew and an RST end it from the same function; TPROXY hands it a SYN
 * before that has seen it.
 */
static enum tcpledger_exit exit_of(const struct trace_event *kill)
{
	switch (kill->by) {
	case BY_TIMER:
		return TCPLEDGER_EXIT_EXPIRED;
	case BY_NETNS:
		return TCPLEDGER_EXIT_NETNS;
	case BY_ABORT:
		return TCPLEDGER_EXIT_KILLED;
	case BY_CONNECT:
	case BY_TPROXY:
		return TCPLEDGER_EXIT_REUSED;
	case BY_SEGMENT:
		return kill->segment.flags & SEG_RST ? TCPLEDGER_EXIT_RESET :
						       TCPLEDGER_EXIT_REUSED;
	default:
		return TCPLEDGER_EXIT_LASTS;
	}
}

static const char *exit_name(unsigned int how)
{
	static const char *const names[] = { TCPLEDGER_EXITS(EXIT_NAME) };

	return how < TCPLEDGER_EXIT_MAX ? names[how] : "?";
}

/* The rest of a record whose timewait socket was in TIME_WAIT. */
static int compare_time_wait(const struct tcpledger_record *rec, const struct life_timewait *tw)
{
	bool adopted = tw->entered < rec->base_ns;
	bool exact = rec->flags & TCPLEDGER_REC_RESIDENCE_EXACT;
	int wrong = 0;

	if (exact == adopted) {
		say("record %llu: residence_exact %d", (unsigned long long)rec->id, exact);
		wrong++;
	}
	if (!adopted) {
		wrong += differ(rec, "enters TIME_WAIT", change_ns(rec, 0, TCP_TIME_WAIT),
				tw->entered);
		wrong += differ(rec, "entered_ns", rec->base_ns + rec->tw_entered_ns,
				tw->entered);
		wrong += compare_restarts(rec, tw);
	}
	if (!tw->ended)
		return wrong;
	wrong += differ(rec, "leaves TIME_WAIT", change_ns(rec, TCP_TIME_WAIT, TCP_CLOSE),
			tw->ended);
	if (!adopted)
		wrong += differ(rec, "residence", rec->tw_residence_ns,
				tw->ended - tw->entered);
	if (rec->tw_exit != exit_of(tw->kill)) {
		say("record %llu: exit %s, the kernel killed it %s", (unsigned long long)rec->id,
		    exit_name(rec->tw_exit), symbols_by_name(tw->kill->by));
		wrong++;
	}
	return wrong;
}

static int compare_timewait(const struct tcpledger_record *rec, const struct life_timewait *tw)
{
	bool live = rec->flags & TCPLEDGER_REC_LIVE;
	bool time_wait = rec->flags & TCPLEDGER_REC_TIME_WAIT;
	int wrong = 0;

	if (live == !!tw->ended || time_wait != !!tw->entered) {
		say("record %llu: live %d, was in TIME_WAIT %d; the kernel traced %d and %d",
		    (unsigned long long)rec->id, live, time_wait, !tw->ended, !!tw->entered);
		return 1;
	}
	if (tw->entered)
		wrong += compare_time_wait(rec, tw);
	else if (tw->ended)
		wrong += differ(rec, "leaves FIN_WAIT2", change_ns(rec, TCP_FIN_WAIT2, TCP_CLOSE),
				tw->ended);
	if (tw->ended)
		wrong += differ(rec, "ended_ns", rec->base_ns + rec->ended_ns, tw->ended);
	return wrong;
}

static void add_up(struct timewait_count *count, const struct life_timewait *tw)
{
	count->entries++;
	count->time_waits += !!tw->entered;
	count->restarts += tw->restarts;
	count->exits += !!tw->ended;
	count->reused += tw->kill && tw->kill->by == BY_CONNECT;
}

static int by_address(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	return (x > y) - (x < y);
}

/* No two timewait sockets have the same record. */
static int find_doubles(const struct tcpledger_record **of, size_t n)
{
	int wrong = 0;

	qsort(of, n, sizeof(*of), by_address);
	for (size_t i = 1; i < n; i++) {
		if (!of[i] || of[i] != of[i - 1])
			continue;
		say("record %llu: the kernel traced two timewait sockets with its tuple",
		    (unsigned long long)of[i]->id);
		wrong++;
	}
	return wrong;
}

/* Each timewait socket has a record of its own. Return: how much is wrong */
static int match(const struct world *world, const struct records *records,
		 const struct lives *lives, int where, struct timewait_count *count)
{
	const struct tcpledger_record **of = calloc(lives->n + 1, sizeof(*of));
	size_t flagged = 0, matched = 0;
	int wrong = 0;

	for (size_t i = 0; i < lives->n; i++) {
		const struct life *life = &lives->list[i];

		if (!life->tw.began || life->tw.where != where)
			continue;
		add_up(count, &life->tw);
		if (where == world->here && outside_has(world, &life->local, &life->remote))
			continue;
		of[i] = records_find(records, &life->local, &life->remote, life->tw.began);
		/* One adopted begins later. */
		if (!of[i])
			of[i] = records_find(records, &life->local, &life->remote, INT64_MAX);
		if (!of[i]) {
			say("port %u: the kernel traced a timewait socket that no record has",
			    life->local.port);
			wrong++;
			continue;
		}
		matched += !!life->tw.entered;
		wrong += compare_timewait(of[i], &life->tw);
	}
	wrong += find_doubles(of, lives->n);
	for (size_t i = 0; i < records->n; i++)
		flagged += !!(records->list[i]->flags & TCPLEDGER_REC_TIME_WAIT);
	if (flagged != matched) {
		say("%zu records were in TIME_WAIT, the kernel traced %zu sockets", flagged,
		    matched);
		wrong++;
	}
	free(of);
	return wrong;
}

/**
 * judge_timewait_of - compare 2MSL in the records of a namespace with the trace
 * @world: world
 * @where: the namespace, by its index in the test
 * @inode: its number; its records are here or, if it died, in the initial namespace
 * @count: filled in: what the kernel traced
 * Return: how much is wrong
 */
int judge_timewait_of(struct world *world, int where, uint64_t inode, struct timewait_count *count)
{
	struct records records;
	struct lives lives;
	int wrong;

	memset(count, 0, sizeof(*count));
	trace_drain(&world->trace);
	records_read(&records);
	records_keep_netns(&records, inode, world->trace.since);
	records_sort(&records);
	lives_read(&lives, &world->trace);
	/* The test's namespaces are younger than the trace. */
	if (lives.headless)
		say("the kernel traced %zu events of timewait sockets that never began",
		    lives.headless);
	wrong = match(world, &records, &lives, where, count) + !!lives.headless;
	lives_free(&lives);
	records_free(&records);
	return wrong;
}

/* The counters of a namespace begin with it, so they count what was traced in it. */
static int judge_counters(const struct timewait_count *count)
{
	int64_t came = kernel_counter("TcpExt", "TW") + kernel_counter("TcpExt", "TWKilled");
	int64_t recycled = kernel_counter("TcpExt", "TWRecycled");

	if (came == (int64_t)count->entries && recycled == (int64_t)count->reused)
		return 0;
	say("the kernel counted %lld timewait sockets and %lld taken over, it traced %zu and %zu",
	    (long long)came, (long long)recycled, count->entries, count->reused);
	return 1;
}

/**
 * judge_timewait - the same of the namespace the test is in, and against TcpExt
 * @world: world
 * Return: how much is wrong
 */
int judge_timewait(struct world *world)
{
	struct timewait_count count;
	int wrong;

	wrong = judge_timewait_of(world, world->here, world->space[world->here].inode, &count);
	return wrong + judge_counters(&count);
}
