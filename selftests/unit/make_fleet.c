// SPDX-License-Identifier: GPL-2.0
/*
 * make_fleet DIR COUNT END
 *
 * What two machines, web-1 and db-1, recorded of COUNT connections within the six hours
 * before END, in seconds since 1970: DIR/web-1 and DIR/db-1, and DIR/web-1.early, the same
 * machine's earlier recording, in which what was opened and had not ended yet lives. But for
 * END all follows from the number of a connection.
 *
 * DIR/talks has a line of JSON for each connection: what happened, whoever recorded it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define SECOND		1000000000LL
#define BEGAN_MONOTONIC	(1000LL * SECOND)
#define HOURS		6
#define END		(BEGAN_MONOTONIC + HOURS * 3600 * SECOND)
/* When a recorder told for the last time of what it never saw the end of. */
#define STALE		(END - 2 * 3600 * SECOND)
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
	bool		waits;		/* the client is in TIME_WAIT still */
	long long	told;		/* when the client was told of last while it lasts */
	long long	lasted;		/* to the first FIN */
	long long	fin_wait2;
	long long	close_wait;
	long long	time_wait;
	enum tcpledger_exit exit;
	enum tcpledger_anomaly queue;	/* why the SYN was dropped */
	enum tcpledger_outcome outcome;
	/* Ends that are recorded, and what each of them sees. */
	const char	*client, *client_address, *server_seen;
	const char	*server, *server_address, *client_seen;
};

static long long began;		/* CLOCK_REALTIME of BEGAN_MONOTONIC */
static FILE *talks;
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
	header.realtime_ns = began;
	fwrite(&header, sizeof(header), 1, file);
}

static void write_start(FILE *file, const struct machine *machine, uint64_t *seq)
{
	struct tcpledger_frame_start start = {
		.version = TCPLEDGER_VERSION, .header_size = sizeof(struct tcpledger_header),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry), .netns = FIXTURE_NETNS, .hz = 250,
		.epoch = 1, .monotonic_ns = BEGAN_MONOTONIC, .realtime_ns = began,
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

static void write_end(struct machine *machine, const struct talk *t, struct fixture *f)
{
	const struct tcpledger_record *r = &f->record;
	bool live = r->flags & TCPLEDGER_REC_LIVE;
	long long at = live ? t->told : r->base_ns + r->ended_ns;

	write_early(machine, f);
	write_record(machine->whole, live ? TCPLEDGER_FRAME_OPEN : TCPLEDGER_FRAME_END, f, at,
		     &machine->seq);
}

static void begin(struct fixture *f, struct machine *machine, const struct talk *t,
		  const char *local, unsigned int lport, const char *remote, unsigned int rport)
{
	fixture_begin(f, ++machine->id, local, lport, remote, rport);
	f->record.base_ns = t->opened;
	f->record.opened_at = began + t->opened - BEGAN_MONOTONIC;
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
	struct tcpledger_record *r = &f->record;

	r->first = client ? TCPLEDGER_SIDE_LOCAL : TCPLEDGER_SIDE_REMOTE;
	r->residence_ns[TCPLEDGER_STATE_ESTABLISHED] = t->lasted - t->handshake;
	if (!client)
		return t->lasted + t->fin_wait2;
	r->residence_ns[TCPLEDGER_STATE_FIN_WAIT2] = t->fin_wait2;
	r->flags |= TCPLEDGER_REC_TIME_WAIT | TCPLEDGER_REC_RESIDENCE_EXACT;
	r->tw_entered_ns = t->lasted + t->fin_wait2;
	r->tw_nominal_ns = 60 * SECOND;
	if (t->waits)
		return -1;
	r->tw_exit = t->exit;
	r->tw_residence_ns = t->time_wait;
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
		r->state_age_ns = t->close_wait;
	} else if (t->leaks) {
		r->first = TCPLEDGER_SIDE_LOCAL;
		fixture_ended(f, TCPLEDGER_KIND_TIMED_OUT, t->handshake + 70 * SECOND);
	} else if (t->waits && client) {
		close_in_order(f, t, client);
		r->state = TCPLEDGER_STATE_TIME_WAIT;
	} else {
		fixture_ended(f, TCPLEDGER_KIND_FOUR_SEGMENT, close_in_order(f, t, client));
	}
}

static const char *client_program(const struct talk *t)
{
	return t->leaks ? "leaky" : "curl";
}

static void write_client(struct machine *machine, struct talk *t, const char *local,
			 unsigned int lport, const char *remote)
{
	struct fixture f;

	t->client = machine->host;
	t->client_address = local;
	t->server_seen = remote;
	begin(&f, machine, t, local, lport, remote, t->port);
	f.record.role = TCPLEDGER_ROLE_ACTIVE;
	fixture_owner(&f, 800, client_program(t));
	fixture_change(&f, 0, TCPLEDGER_STATE_CLOSE, TCPLEDGER_STATE_SYN_SENT,
		       TCPLEDGER_CAUSE_USER, -1);
	fixture_isn(&f, t->client_isn, 0);
	f.record.remote_isn = -1;
	add_syns(&f, t, true);
	if (t->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		establish(&f, t, true);
	finish(&f, t, true);
	write_end(machine, t, &f);
}

static void write_server(struct machine *machine, struct talk *t, const char *local,
			 const char *remote, unsigned int rport)
{
	struct fixture f;

	t->server = machine->host;
	t->server_address = local;
	t->client_seen = remote;
	begin(&f, machine, t, local, t->port, remote, rport);
	f.record.role = TCPLEDGER_ROLE_PASSIVE;
	fixture_owner(&f, 900, t->port == 5432 ? "postgres" : "nginx");
	add_syns(&f, t, false);
	if (t->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		establish(&f, t, false);
	if (t->outcome == TCPLEDGER_OUTCOME_DROPPED)
		f.record.anomalies |= 1 << TCPLEDGER_ANOMALY_SYN_DROPPED | 1 << t->queue;
	finish(&f, t, false);
	write_end(machine, t, &f);
}

static void think_of_close(struct talk *t, unsigned int i, unsigned int count)
{
	bool early = i < count / 2;	/* so that it is told of last long after it was opened */
	bool stale = t->dice % 3 == 0;

	t->reset = t->dice % 25 == 3;
	t->reset_lost = t->dice % 125 == 3;
	t->leaks = early && !t->reset && t->dice % 97 == 9;
	t->waits = !t->reset && !t->leaks && t->dice % 71 == 7;
	t->told = stale ? STALE : END;
	if (t->waits)
		t->opened = t->told - 30 * SECOND;
	t->lasted = t->handshake + 1000000 + (long long)(t->dice % (20 * SECOND));
	t->fin_wait2 = 1000000 + (long long)(t->dice / 3 % 100000000);
	t->close_wait = (t->dice % 2 ? 3600 : 10) * SECOND + (long long)(t->dice % SECOND);
	t->exit = t->dice % 30 == 7 ? TCPLEDGER_EXIT_REUSED :
		  t->dice % 300 == 8 ? TCPLEDGER_EXIT_RESET : TCPLEDGER_EXIT_EXPIRED;
	t->time_wait = t->exit == TCPLEDGER_EXIT_EXPIRED ?
		       60 * SECOND + (long long)(t->dice % (2 * SECOND)) :
		       (long long)(t->dice % (50 * SECOND));
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
	t->queue = t->dice % 3 ? TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL :
				 TCPLEDGER_ANOMALY_SYN_QUEUE_FULL;
	think_of_close(t, i, count);
}

/* A hundred connections in a row are of all kinds. */
static void write_connection(unsigned int i, struct talk *t)
{
	unsigned int kind = i % 100, lport = 20000 + i % 40000;
	static char outside[32];

	if (kind < 50) {
		t->port = 5432;
		write_client(&web, t, WEB, lport, DB);
		write_server(&db, t, DB, WEB, lport);
	} else if (kind < 70) {
		t->port = 443;
		snprintf(outside, sizeof(outside), "198.51.100.%u", (unsigned int)(t->dice % 7));
		if (t->dice % 50 == 0)
			t->outcome = TCPLEDGER_OUTCOME_DROPPED;
		write_server(&web, t, WEB, outside, lport);
	} else if (kind < 80) {
		t->port = 22;
		if (t->dice % 60 == 0)
			t->outcome = TCPLEDGER_OUTCOME_DROPPED;
		write_server(&db, t, "2001:db8::2", "2001:db8::7", lport);
	} else if (kind < 90) {
		t->port = 80 + 363 * (t->dice % 2);
		snprintf(outside, sizeof(outside), "203.0.113.%u", (unsigned int)(t->dice % 5));
		if (t->dice % 20 < 2)
			t->outcome = t->dice % 20 ? TCPLEDGER_OUTCOME_REFUSED :
						    TCPLEDGER_OUTCOME_TIMED_OUT;
		write_client(&web, t, WEB, lport, outside);
	} else if (kind < 95) {
		t->port = 5432;
		write_client(&web, t, WEB, lport, VIRTUAL);
		write_server(&db, t, DB, GATEWAY, 1024 + i % 60000);
	} else {
		t->port = 8080;
		write_client(&db, t, DB, lport, WEB);
		write_server(&web, t, WEB, DB, lport);
	}
}

static void say_end(const char *end, const char *host, const char *address, const char *other)
{
	if (!host)
		fprintf(talks, "\"%s\":null,", end);
	else
		fprintf(talks, "\"%s\":{\"host\":\"%s\",\"address\":\"%s\",\"sees\":\"%s\"},", end,
			host, address, other);
}

static const char *how_it_ended(const struct talk *t)
{
	static const char *const failed[] = {
		[TCPLEDGER_OUTCOME_DROPPED] = "dropped", [TCPLEDGER_OUTCOME_REFUSED] = "refused",
		[TCPLEDGER_OUTCOME_TIMED_OUT] = "timed_out",
	};

	if (t->outcome != TCPLEDGER_OUTCOME_ESTABLISHED)
		return failed[t->outcome];
	if (t->reset)
		return t->reset_lost ? "reset_lost" : "reset";
	return t->leaks ? "leak" : t->waits ? "time_wait" : "closed";
}

static void say(const struct talk *t)
{
	fputc('{', talks);
	say_end("client", t->client, t->client_address, t->server_seen);
	say_end("server", t->server, t->server_address, t->client_seen);
	fprintf(talks, "\"program\":\"%s\",\"port\":%u,\"opened\":%lld,\"end\":\"%s\",",
		client_program(t), t->port, (began + t->opened - BEGAN_MONOTONIC) / SECOND,
		how_it_ended(t));
	fprintf(talks, "\"handshake\":%lld,\"syns_sent\":%u,\"syns_arrived\":%u,\"queue\":\"%s\",",
		t->handshake, t->syns_sent, t->syns_arrived,
		t->queue == TCPLEDGER_ANOMALY_SYN_QUEUE_FULL ? "syn" : "accept");
	fprintf(talks, "\"fresh\":%s,\"close_wait\":%lld,\"fin_wait2\":%lld,\"time_wait\":%lld,",
		t->told == END ? "true" : "false", t->close_wait, t->fin_wait2, t->time_wait);
	fprintf(talks, "\"exit\":\"%s\"}\n", t->exit == TCPLEDGER_EXIT_REUSED ? "reused" :
		t->exit == TCPLEDGER_EXIT_RESET ? "reset" : "expired");
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
	unsigned int i, count = argc > 3 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	struct talk t;

	if (!count) {
		fprintf(stderr, "usage: make_fleet DIR COUNT END\n");
		return 2;
	}
	began = (strtoll(argv[3], NULL, 10) - HOURS * 3600) * SECOND;
	talks = fixture_file(argv[1], "talks");
	open_files(&web, argv[1], "web-1.early");
	open_files(&db, argv[1], NULL);
	for (i = 0; i < count; i++) {
		think(&t, i, count);
		write_connection(i, &t);
		say(&t);
	}
	write_snapshot_end(web.early, &web.early_seq);
	close_file(web.early);
	close_file(web.whole);
	close_file(db.whole);
	close_file(talks);
	return 0;
}
