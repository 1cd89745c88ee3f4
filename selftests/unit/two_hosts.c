// SPDX-License-Identifier: GPL-2.0
/*
 * Records of one connection as two hosts keep them, each by its own clock.
 *
 * two_hosts make DIR: connections whose ways and clocks are known, DIR/NAME.a and
 * DIR/NAME.b of each. For each a line: NAME, what b's wall clock is ahead.
 *
 * two_hosts split FILE DIR MONOTONIC WALL: FILE, of one namespace with both ends,
 * as DIR/split.a and DIR/split.b, the clocks of b so many nanoseconds ahead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "fixture.h"

#define US	1000LL
#define MS	1000000LL
#define S	1000000000LL

#define A_ISN	1000000U
#define B_ISN	4000000000U
#define BASE	(5000 * S)	/* CLOCK_MONOTONIC of a when it begins */

#define SYN	TCPLEDGER_SYN
#define FIN	TCPLEDGER_FIN
#define ACK	TCPLEDGER_ACK
#define ST(name)	TCPLEDGER_STATE_##name
#define BY(name)	TCPLEDGER_CAUSE_##name

/**
 * struct world - how a connection between two hosts goes
 * @name: what it shows
 * @forth: how long SYN, third ACK, FIN and last ACK are on their way
 * @back: how long SYN/ACK and the second FIN are
 * @open: how long it is open
 * @monotonic: what b's CLOCK_MONOTONIC is ahead when it begins
 * @wall: what b's wall clock is ahead
 * @drift: how many parts of a million b's clocks run faster
 * @lost_syn: a SYN is lost, and sent again after a second
 * @nat: b knows a by another address, and a b by another
 * @others: so many more connections in b's file have the same ISNs
 * @deaf: b's log has nothing that it sent
 * @absent: b's file has another connection alone
 */
struct world {
	const char	*name;
	long long	forth[4], back[2];
	long long	open;
	long long	monotonic, wall;
	long long	drift;
	unsigned int	lost_syn, nat, others, deaf, absent;
};

static const struct world worlds[] = {
	{ "even", .forth = { 10 * MS, 10 * MS, 10 * MS, 10 * MS }, .back = { 10 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 7200 * S, .wall = 1500 * US },
	{ "behind", .forth = { 10 * MS, 10 * MS, 10 * MS, 10 * MS }, .back = { 10 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = -4000 * S, .wall = -250 * MS },
	{ "uneven", .forth = { 5 * MS, 5 * MS, 4 * MS, 6 * MS }, .back = { 15 * MS, 9 * MS },
	  .open = 300 * MS, .monotonic = 7200 * S, .wall = 1500 * US },
	{ "lost_syn", .forth = { 8 * MS, 7 * MS, 9 * MS, 7 * MS }, .back = { 9 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = -3 * S, .wall = 20 * MS, .lost_syn = 1 },
	{ "drift", .forth = { 300 * US, 200 * US, 300 * US, 300 * US },
	  .back = { 200 * US, 250 * US },
	  .open = 3600 * S, .monotonic = 100 * S, .wall = 5 * MS, .drift = 50 },
	{ "nat", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 60 * S, .wall = -3 * MS, .nat = 1 },
	{ "doubt", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 60 * S, .wall = -3 * MS, .nat = 1, .others = 1 },
	{ "among", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 60 * S, .wall = -3 * MS, .others = 2 },
	{ "one_way", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 60 * S, .wall = -3 * MS, .deaf = 1 },
	{ "absent", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = 60 * S, .wall = -3 * MS, .absent = 1 },
	{ "young", .forth = { 10 * MS, 12 * MS, 10 * MS, 10 * MS }, .back = { 11 * MS, 10 * MS },
	  .open = 300 * MS, .monotonic = -BASE - 10 * MS, .wall = 4 * MS },
};

/* What b's clocks show of a stretch of time. */
static long long by_b(const struct world *w, long long ns)
{
	return ns + ns / 1000000 * w->drift;
}

static void begin(struct fixture *f, unsigned int id, const char *local, unsigned int lport,
		  const char *remote, unsigned int rport, enum tcpledger_role role)
{
	fixture_begin(f, id, local, lport, remote, rport);
	fixture_owner(f, 100 + (int)id, role == TCPLEDGER_ROLE_ACTIVE ? "client" : "server");
	fixture_opened(f, role, TCPLEDGER_OUTCOME_ESTABLISHED, 60);
	fixture_isn(f, role == TCPLEDGER_ROLE_ACTIVE ? A_ISN : B_ISN,
		    role == TCPLEDGER_ROLE_ACTIVE ? B_ISN : A_ISN);
}

/**
 * struct course - when things happen, by a's clock from its beginning
 * @syn: the SYN that arrives leaves
 * @syn_in: it arrives
 * @synack: the answer leaves
 * @synack_in: it arrives; the third ACK leaves 10 us later
 * @ack_in: that arrives
 * @fin: a's FIN leaves
 * @fin_in: it arrives
 * @fin_back: b's FIN leaves
 * @fin_back_in: it arrives; the last ACK leaves 10 us later
 * @last_in: that arrives
 */
struct course {
	long long	syn, syn_in, synack, synack_in, ack_in, fin, fin_in, fin_back,
			fin_back_in, last_in;
};

static void run(const struct world *w, struct course *c)
{
	c->syn = w->lost_syn ? S + 20 * US : 20 * US;
	c->syn_in = c->syn + w->forth[0];
	c->synack = c->syn_in + 30 * US;
	c->synack_in = c->synack + w->back[0];
	c->ack_in = c->synack_in + 10 * US + w->forth[1];
	c->fin = c->synack_in + w->open;
	c->fin_in = c->fin + w->forth[2];
	c->fin_back = c->fin_in + 40 * US;
	c->fin_back_in = c->fin_back + w->back[1];
	c->last_in = c->fin_back_in + 10 * US + w->forth[3];
}

static void write_a(const struct world *w, const struct course *c, FILE *file)
{
	struct fixture f;
	int n;

	begin(&f, 1, "192.0.2.1", 40000, w->nat ? "203.0.113.7" : "198.51.100.2", 80,
	      TCPLEDGER_ROLE_ACTIVE);
	f.record.base_ns = BASE;
	fixture_change(&f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	n = fixture_out(&f, 20 * US, SYN, A_ISN, 0, 0);
	if (w->lost_syn) {
		n = fixture_out(&f, c->syn, SYN, A_ISN, 0, 0);
		fixture_bits(&f, n, TCPLEDGER_SEG_RETRANSMIT);
	}
	n = fixture_in(&f, c->synack_in, SYN | ACK, B_ISN, A_ISN + 1, 0);
	fixture_change(&f, c->synack_in + 5 * US, ST(SYN_SENT), ST(ESTABLISHED), BY(SEGMENT), n);
	fixture_out(&f, c->synack_in + 10 * US, ACK, A_ISN + 1, B_ISN + 1, 0);
	fixture_change(&f, c->fin - 5 * US, ST(ESTABLISHED), ST(FIN_WAIT1), BY(USER), -1);
	fixture_out(&f, c->fin, FIN | ACK, A_ISN + 1, B_ISN + 1, 0);
	n = fixture_in(&f, c->fin_back_in, FIN | ACK, B_ISN + 1, A_ISN + 2, 0);
	fixture_change(&f, c->fin_back_in + 3 * US, ST(FIN_WAIT1), ST(FIN_WAIT2), BY(SEGMENT), n);
	fixture_change(&f, c->fin_back_in + 6 * US, ST(FIN_WAIT2), ST(TIME_WAIT), BY(SEGMENT), n);
	fixture_out(&f, c->fin_back_in + 10 * US, ACK, A_ISN + 2, B_ISN + 2, 0);
	f.record.kind = TCPLEDGER_KIND_THREE_SEGMENT;
	f.record.first = TCPLEDGER_SIDE_LOCAL;
	f.record.state_age_ns = S;
	fixture_write(file, &f);
}

static void write_b(const struct world *w, const struct course *c, unsigned int id, FILE *file)
{
	char client[] = "192.0.2.1";
	struct fixture f;
	int n;

	if (w->nat || id > 1)
		snprintf(client, sizeof(client), "10.9.8.%u", id);
	begin(&f, id, w->nat ? "10.0.0.2" : "198.51.100.2", w->nat ? 8080 : 80, client,
	      w->nat ? 61000 : 40000, TCPLEDGER_ROLE_PASSIVE);
	if (w->absent)
		fixture_isn(&f, B_ISN + 77, A_ISN + 77);
	f.record.base_ns = BASE + c->syn_in + w->monotonic;
	f.record.opened_at += c->syn_in + w->wall;
#define AT(when)	by_b(w, (when) - c->syn_in)
	n = fixture_in(&f, 0, SYN, A_ISN, 0, 0);
	fixture_change(&f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), n);
	if (!w->deaf)
		fixture_out(&f, AT(c->synack), SYN | ACK, B_ISN, A_ISN + 1, 0);
	n = fixture_in(&f, AT(c->ack_in), ACK, A_ISN + 1, B_ISN + 1, 0);
	fixture_change(&f, AT(c->ack_in + 5 * US), ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), n);
	n = fixture_in(&f, AT(c->fin_in), FIN | ACK, A_ISN + 1, B_ISN + 1, 0);
	fixture_change(&f, AT(c->fin_in + 5 * US), ST(ESTABLISHED), ST(CLOSE_WAIT), BY(SEGMENT), n);
	fixture_change(&f, AT(c->fin_back - 5 * US), ST(CLOSE_WAIT), ST(LAST_ACK), BY(USER), -1);
	if (!w->deaf)
		fixture_out(&f, AT(c->fin_back), FIN | ACK, B_ISN + 1, A_ISN + 2, 0);
	n = fixture_in(&f, AT(c->last_in), ACK, A_ISN + 2, B_ISN + 2, 0);
	fixture_change(&f, AT(c->last_in + 5 * US), ST(LAST_ACK), ST(CLOSE), BY(SEGMENT), n);
	fixture_ended(&f, TCPLEDGER_KIND_THREE_SEGMENT, AT(c->last_in + 5 * US));
#undef AT
	f.record.first = TCPLEDGER_SIDE_REMOTE;
	fixture_write(file, &f);
}

static FILE *begin_file(const char *dir, const char *name, const char *host)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s.%s", name, host);
	file = fixture_file(dir, path);
	fixture_write_header(file);
	return file;
}

static void make(const struct world *w, const char *dir)
{
	FILE *a = begin_file(dir, w->name, "a"), *b = begin_file(dir, w->name, "b");
	struct course course;
	unsigned int id;

	run(w, &course);
	write_a(w, &course, a);
	for (id = 1; id <= 1 + w->others; id++)
		write_b(w, &course, id, b);
	fclose(a);
	fclose(b);
	printf("%s %lld\n", w->name, w->wall);
}

/* The next record of a file as it is; false at its end. */
static int read_record(FILE *file, struct fixture *f)
{
	if (fread(&f->record, sizeof(f->record), 1, file) != 1)
		return 0;
	if (f->record.log_n > TCPLEDGER_LOG_MAX ||
	    fread(f->log, sizeof(f->log[0]), f->record.log_n, file) != f->record.log_n)
		abort();
	return 1;
}

static void split(const char *path, const char *dir, long long monotonic, long long wall)
{
	FILE *file = fopen(path, "r"), *a = begin_file(dir, "split", "a"),
	     *b = begin_file(dir, "split", "b");
	struct tcpledger_header header;
	struct fixture f;

	if (!file || fread(&header, sizeof(header), 1, file) != 1 ||
	    header.record_size != sizeof(f.record) || header.entry_size != sizeof(f.log[0]))
		abort();
	while (read_record(file, &f)) {
		if (f.record.role == TCPLEDGER_ROLE_PASSIVE) {
			f.record.base_ns += monotonic;
			f.record.opened_at += wall;
		}
		fixture_write(f.record.role == TCPLEDGER_ROLE_PASSIVE ? b : a, &f);
	}
	fclose(file);
	fclose(a);
	fclose(b);
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc == 3 && !strcmp(argv[1], "make")) {
		for (i = 0; i < ARRAY_SIZE(worlds); i++)
			make(&worlds[i], argv[2]);
		return 0;
	}
	if (argc == 6 && !strcmp(argv[1], "split")) {
		split(argv[2], argv[3], atoll(argv[4]), atoll(argv[5]));
		return 0;
	}
	fputs("usage: two_hosts make DIR | split FILE DIR MONOTONIC WALL\n", stderr);
	return 2;
}
