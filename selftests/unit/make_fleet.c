// SPDX-License-Identifier: GPL-2.0
/*
 * make_fleet DIR COUNT
 *
 * What two machines, web-1 and db-1, recorded of COUNT connections within six hours:
 * DIR/web-1 and DIR/db-1, and DIR/web-1.early, the same machine's earlier recording, in
 * which what was opened and had not ended yet lives. All follows from the number of a
 * connection, so each run writes the same.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define SECOND		1000000000LL
#define BEGAN		(1795392000LL * SECOND)		/* 2026-11-23 00:00:00 UTC */
#define BEGAN_MONOTONIC	(1000LL * SECOND)
#define HOURS		6
#define EARLY		(BEGAN_MONOTONIC + 3 * 3600 * SECOND)

#define WEB		"10.1.0.1"
#define DB		"10.1.0.2"
#define VIRTUAL		"10.9.9.9"	/* db-1, as web-1 sees it through NAT */
#define GATEWAY		"192.0.2.1"	/* web-1, as db-1 sees it then */

struct machine {
	const char	*host;
	unsigned int	number;
	FILE		*whole;
	FILE		*early;
	uint64_t	seq;
	uint64_t	early_seq;
	uint64_t	id;
};

/* What is decided of a connection before either end writes it down. */
struct talk {
	uint64_t	dice;
	unsigned int	port;
	long long	opened;		/* CLOCK_MONOTONIC */
	long long	handshake;
	unsigned int	client_isn, server_isn;
	unsigned int	syns_sent, syns_arrived;
	bool		reset;		/* by the server */
	bool		reset_lost;	/* so the client times out */
	bool		leaks;		/* the client does not close */
	enum tcpledger_outcome outcome;
};

static struct machine web = { .host = "web-1", .number = 1 };
static struct machine db = { .host = "db-1", .number = 2 };

/* Numbers that look random: the finalizer of MurmurHash3. */
static uint64_t mix(uint64_t x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static void begin_frame(struct tcpledger_frame *frame, unsigned int type, size_t size,
			uint64_t *seq)
{
	bool event = type == TCPLEDGER_FRAME_END || type == TCPLEDGER_FRAME_OPEN;

	frame->type = (__u16)type;
	frame->flags = event ? TCPLEDGER_FRAME_NUMBERED : 0;
	frame->size = (__u32)size;
	frame->seq = event ? (*seq)++ : *seq;
}

static void write_header(FILE *file)
{
	struct tcpledger_header header;

	fixture_header(&header);
	header.magic = TCPLEDGER_FILE_MAGIC;
	header.monotonic_ns = BEGAN_MONOTONIC;
	header.realtime_ns = BEGAN;
	fwrite(&header, sizeof(header), 1, file);
}

static void write_start(FILE *file, const struct machine *machine, uint64_t *seq)
{
	struct tcpledger_frame_start start = {
		.version = TCPLEDGER_VERSION, .header_size = sizeof(struct tcpledger_header),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry), .netns = FIXTURE_NETNS, .hz = 250,
		.epoch = 1, .monotonic_ns = BEGAN_MONOTONIC, .realtime_ns = BEGAN,
	};

	*seq = 1;
	begin_frame(&start.frame, TCPLEDGER_FRAME_START, sizeof(start), seq);
	memset(start.load_id, (int)machine->number, sizeof(start.load_id));
	memset(start.boot_id, 0xa0 + (int)machine->number, sizeof(start.boot_id));
	strcpy(start.host, machine->host);
	fwrite(&start, sizeof(start), 1, file);
}

static void write_snapshot_end(FILE *file, uint64_t *seq)
{
	struct tcpledger_frame frame;

	begin_frame(&frame, TCPLEDGER_FRAME_SNAPSHOT_END, sizeof(frame), seq);
	fwrite(&frame, sizeof(frame), 1, file);
}

static void write_record(FILE *file, unsigned int type, struct fixture *f, long long at,
			 uint64_t *seq)
{
	struct tcpledger_frame_record frame = { .monotonic_ns = at };
	size_t log = f->record.log_n * sizeof(f->log[0]);

	f->record.size = (__u32)(sizeof(f->record) + log);
	begin_frame(&frame.frame, type, sizeof(frame) + log, seq);
	frame.record = f->record;
	fwrite(&frame, sizeof(frame), 1, file);
	fwrite(f->log, log, 1, file);
}

/* As the early recording knows a connection that ends later. */
static void write_early(struct machine *machine, const struct fixture *f)
{
	struct fixture live = *f;

	if (!machine->early || f->record.base_ns > EARLY ||
	    (f->record.ended_ns >= 0 && f->record.base_ns + f->record.ended_ns <= EARLY))
		return;
	live.record.flags |= TCPLEDGER_REC_LIVE;
	live.record.flags &= ~TCPLEDGER_REC_TIME_WAIT;
	live.record.kind = TCPLEDGER_KIND_OPEN;
	live.record.state = TCPLEDGER_STATE_ESTABLISHED;
	live.record.ended_ns = -1;
	live.record.duration_ns = -1;
	write_record(machine->early, TCPLEDGER_FRAME_RECORD, &live, EARLY, &machine->early_seq);
}

static void write_end(struct machine *machine, struct fixture *f)
{
	const struct tcpledger_record *r = &f->record;
	bool live = r->flags & TCPLEDGER_REC_LIVE;
	long long at = live ? BEGAN_MONOTONIC + HOURS * 3600 * SECOND : r->base_ns + r->ended_ns;

	write_early(machine, f);
	write_record(machine->whole, live ? TCPLEDGER_FRAME_OPEN : TCPLEDGER_FRAME_END, f, at,
		     &machine->seq);
}

static void begin(struct fixture *f, struct machine *machine, const struct talk *t,
		  const char *local, unsigned int lport, const char *remote, unsigned int rport)
{
	fixture_begin(f, ++machine->id, local, lport, remote, rport);
	f->record.base_ns = t->opened;
	f->record.opened_at = BEGAN + t->opened - BEGAN_MONOTONIC;
	f->record.outcome = (__u8)t->outcome;
	f->record.state = TCPLEDGER_STATE_CLOSE;
	f->record.bytes_sent = (__s64)(t->dice % 5000);
	f->record.bytes_received = (__s64)(t->dice / 7 % 90000);
}

static void add_syns(struct fixture *f, const struct talk *t, bool client)
{
	unsigned int i, n = client ? t->syns_sent : t->syns_arrived;

	for (i = 0; i < n; i++) {
		int entry = client ?
			fixture_out(f, i * SECOND, TCPLEDGER_SYN, t->client_isn, 0, 0) :
			fixture_in(f, i * SECOND, TCPLEDGER_SYN, t->client_isn, 0, 0);

		if (i)
			fixture_bits(f, entry, TCPLEDGER_SEG_RETRANSMIT);
	}
	f->record.syn_retransmits = n ? n - 1 : 0;
	if (n > 1)
		f->record.anomalies |= 1 << TCPLEDGER_ANOMALY_SYN_RETRANSMIT;
	f->record.syn_ns = 0;
}

static void establish(struct fixture *f, const struct talk *t, bool client)
{
	long long at = t->handshake;
	const unsigned int both = TCPLEDGER_SYN | TCPLEDGER_ACK;
	unsigned int c = t->client_isn, s = t->server_isn;
	int cause;

	fixture_isn(f, client ? c : s, client ? s : c);
	fixture_options(f);
	f->record.handshake_ns = at;
	if (client) {
		cause = fixture_in(f, at, both, s, c + 1, 0);
		fixture_change(f, at, TCPLEDGER_STATE_SYN_SENT, TCPLEDGER_STATE_ESTABLISHED,
			       TCPLEDGER_CAUSE_SEGMENT, cause);
		fixture_out(f, at + 10, TCPLEDGER_ACK, c + 1, s + 1, 0);
	} else {
		fixture_out(f, 10, both, s, c + 1, 0);
		cause = fixture_in(f, at, TCPLEDGER_ACK, c + 1, s + 1, 0);
		fixture_change(f, at, TCPLEDGER_STATE_SYN_RECV, TCPLEDGER_STATE_ESTABLISHED,
			       TCPLEDGER_CAUSE_SEGMENT, cause);
	}
}

/* The client closes first, unless the server resets. Returns how long it took. */
static long long close_in_order(struct fixture *f, const struct talk *t, bool client)
{
	long long lasted = t->handshake + 1000000 + (long long)(t->dice % (20 * SECOND));
	long long waited = 1000000 + (long long)(t->dice / 3 % 100000000);
	struct tcpledger_record *r = &f->record;

	r->first = client ? TCPLEDGER_SIDE_LOCAL : TCPLEDGER_SIDE_REMOTE;
	r->residence_ns[TCPLEDGER_STATE_ESTABLISHED] = lasted - t->handshake;
	if (!client)
		return lasted + waited;
	r->residence_ns[TCPLEDGER_STATE_FIN_WAIT2] = waited;
	r->flags |= TCPLEDGER_REC_TIME_WAIT | TCPLEDGER_REC_RESIDENCE_EXACT;
	r->tw_entered_ns = lasted + waited;
	r->tw_nominal_ns = 60 * SECOND;
	r->tw_exit = t->dice % 30 == 7 ? TCPLEDGER_EXIT_REUSED :
		     t->dice % 300 == 8 ? TCPLEDGER_EXIT_RESET : TCPLEDGER_EXIT_EXPIRED;
	r->tw_residence_ns = r->tw_exit == TCPLEDGER_EXIT_EXPIRED ?
			     60 * SECOND + (long long)(t->dice % (2 * SECOND)) :
			     (long long)(t->dice % (50 * SECOND));
	return r->tw_entered_ns + r->tw_residence_ns;
}

static void finish(struct fixture *f, const struct talk *t, bool client)
{
	struct tcpledger_record *r = &f->record;

	if (t->outcome != TCPLEDGER_OUTCOME_ESTABLISHED) {
		fixture_ended(f, TCPLEDGER_KIND_NONE, (long long)t->syns_sent * SECOND);
	} else if (t->reset && !(client && t->reset_lost)) {
		r->first = client ? TCPLEDGER_SIDE_REMOTE : TCPLEDGER_SIDE_LOCAL;
		r->reset_by = r->first;
		fixture_ended(f, TCPLEDGER_KIND_RESET, t->handshake + 5000000);
	} else if (t->reset) {
		fixture_ended(f, TCPLEDGER_KIND_TIMED_OUT, t->handshake + 900 * SECOND);
	} else if (t->leaks && client) {
		r->state = TCPLEDGER_STATE_CLOSE_WAIT;
		r->first = TCPLEDGER_SIDE_REMOTE;
		r->state_age_ns = (t->dice % 2 ? 3600 : 10) * SECOND +
				  (long long)(t->dice % SECOND);
	} else if (t->leaks) {
		r->first = TCPLEDGER_SIDE_LOCAL;
		fixture_ended(f, TCPLEDGER_KIND_TIMED_OUT, t->handshake + 70 * SECOND);
	} else {
		fixture_ended(f, TCPLEDGER_KIND_FOUR_SEGMENT, close_in_order(f, t, client));
	}
}

static void write_client(struct machine *machine, const struct talk *t, const char *local,
			 unsigned int lport, const char *remote)
{
	struct fixture f;

	begin(&f, machine, t, local, lport, remote, t->port);
	f.record.role = TCPLEDGER_ROLE_ACTIVE;
	fixture_owner(&f, 800, t->leaks ? "leaky" : "curl");
	fixture_change(&f, 0, TCPLEDGER_STATE_CLOSE, TCPLEDGER_STATE_SYN_SENT,
		       TCPLEDGER_CAUSE_USER, -1);
	fixture_isn(&f, t->client_isn, 0);
	f.record.remote_isn = -1;
	add_syns(&f, t, true);
	if (t->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		establish(&f, t, true);
	finish(&f, t, true);
	write_end(machine, &f);
}

static void write_server(struct machine *machine, const struct talk *t, const char *local,
			 const char *remote, unsigned int rport)
{
	struct fixture f;

	begin(&f, machine, t, local, t->port, remote, rport);
	f.record.role = TCPLEDGER_ROLE_PASSIVE;
	fixture_owner(&f, 900, t->port == 5432 ? "postgres" : "nginx");
	add_syns(&f, t, false);
	if (t->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		establish(&f, t, false);
	if (t->outcome == TCPLEDGER_OUTCOME_DROPPED)
		f.record.anomalies |= 1 << TCPLEDGER_ANOMALY_SYN_DROPPED |
				      1 << (t->dice % 3 ? TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL :
							  TCPLEDGER_ANOMALY_SYN_QUEUE_FULL);
	finish(&f, t, false);
	write_end(machine, &f);
}

static void think(struct talk *t, unsigned int i, unsigned int count)
{
	uint64_t dice = mix(i);

	memset(t, 0, sizeof(*t));
	t->dice = dice >> 16;
	t->opened = BEGAN_MONOTONIC + (long long)i * HOURS * 3600 * SECOND / count;
	t->handshake = 200000 + (long long)(t->dice % 3000000);
	t->client_isn = (unsigned int)mix(dice);
	t->server_isn = (unsigned int)(mix(dice) >> 32);
	t->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	t->syns_sent = t->dice % 40 == 0 ? 2 : 1;
	t->syns_arrived = t->dice % 80 == 0 ? 2 : 1;
	if (t->syns_sent > 1)
		t->handshake += SECOND;
	t->reset = t->dice % 25 == 3;
	t->reset_lost = t->dice % 125 == 3;
	t->leaks = !t->reset && t->dice % 97 == 9;
}

/* A hundred connections in a row are of all kinds. */
static void write_connection(unsigned int i, unsigned int count)
{
	unsigned int kind = i % 100, lport = 20000 + i % 40000;
	char outside[32];
	struct talk t;

	think(&t, i, count);
	if (kind < 50) {
		t.port = 5432;
		write_client(&web, &t, WEB, lport, DB);
		write_server(&db, &t, DB, WEB, lport);
	} else if (kind < 70) {
		t.port = 443;
		snprintf(outside, sizeof(outside), "198.51.100.%u", (unsigned int)(t.dice % 7));
		if (t.dice % 50 == 0)
			t.outcome = TCPLEDGER_OUTCOME_DROPPED;
		write_server(&web, &t, WEB, outside, lport);
	} else if (kind < 80) {
		t.port = 22;
		if (t.dice % 60 == 0)
			t.outcome = TCPLEDGER_OUTCOME_DROPPED;
		write_server(&db, &t, "2001:db8::2", "2001:db8::7", lport);
	} else if (kind < 90) {
		t.port = 80 + 363 * (t.dice % 2);
		snprintf(outside, sizeof(outside), "203.0.113.%u", (unsigned int)(t.dice % 5));
		if (t.dice % 20 < 2)
			t.outcome = t.dice % 20 ? TCPLEDGER_OUTCOME_REFUSED :
						  TCPLEDGER_OUTCOME_TIMED_OUT;
		write_client(&web, &t, WEB, lport, outside);
	} else if (kind < 95) {
		t.port = 5432;
		write_client(&web, &t, WEB, lport, VIRTUAL);
		write_server(&db, &t, DB, GATEWAY, 1024 + i % 60000);
	} else {
		t.port = 8080;
		write_client(&db, &t, DB, lport, WEB);
		write_server(&web, &t, WEB, DB, lport);
	}
}

static void open_files(struct machine *machine, const char *dir, const char *early)
{
	machine->whole = fixture_file(dir, machine->host);
	write_header(machine->whole);
	write_start(machine->whole, machine, &machine->seq);
	write_snapshot_end(machine->whole, &machine->seq);
	if (!early)
		return;
	machine->early = fixture_file(dir, early);
	write_header(machine->early);
	write_start(machine->early, machine, &machine->early_seq);
}

static void close_file(FILE *file)
{
	if (ferror(file) || fclose(file))
		exit(1);
}

int main(int argc, char **argv)
{
	unsigned int i, count = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;

	if (!count) {
		fprintf(stderr, "usage: make_fleet DIR COUNT\n");
		return 2;
	}
	open_files(&web, argv[1], "web-1.early");
	open_files(&db, argv[1], NULL);
	for (i = 0; i < count; i++)
		write_connection(i, count);
	write_snapshot_end(web.early, &web.early_seq);
	close_file(web.early);
	close_file(web.whole);
	close_file(db.whole);
	return 0;
}
