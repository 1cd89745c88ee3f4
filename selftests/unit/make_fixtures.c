// SPDX-License-Identifier: GPL-2.0
/*
 * make_fixtures DIR [COUNT]
 *
 * Write records files of representative connections, good and bad, into DIR.
 * With COUNT, write only DIR/many of so many records, for measuring.
 */
#include <stdlib.h>

#include "base/compiler.h"
#include "fixture.h"
#include "fixture_connections.h"
#include "fixture_talks.h"
#include "fixture_words.h"

static void write_good(const char *dir, const char *name)
{
	FILE *file = fixture_file(dir, name);
	struct fixture f;
	unsigned int i;

	fixture_write_header(file);
	for (i = 0; i < FIXTURE_CONNECTIONS; i++) {
		fixture_connection(&f, i);
		fixture_write(file, &f);
	}
	fclose(file);
}

/* The two ends of one connection and nothing else: what is damaged is drawn. */
static void write_pair(const char *dir)
{
	FILE *file = fixture_file(dir, "pair");
	struct fixture f;

	fixture_write_header(file);
	fixture_active(&f);
	fixture_write(file, &f);
	fixture_passive(&f);
	fixture_write(file, &f);
	fclose(file);
}

/* What a later release may append to each structure must be stepped over. */
static void write_longer(const char *dir)
{
	FILE *file = fixture_file(dir, "longer");
	static const char tail[64] = "appended by a later release";
	struct tcpledger_header header;
	struct fixture f;
	unsigned int i, n;

	fixture_header(&header);
	header.header_size += 16;
	header.record_size += 24;
	header.entry_size += 8;
	fwrite(&header, sizeof(header), 1, file);
	fwrite(tail, 16, 1, file);
	for (i = 0; i < FIXTURE_CONNECTIONS; i++) {
		fixture_connection(&f, i);
		f.record.size = header.record_size + f.record.log_n * header.entry_size + 40;
		fwrite(&f.record, sizeof(f.record), 1, file);
		fwrite(tail, 24, 1, file);
		for (n = 0; n < f.record.log_n; n++) {
			fwrite(&f.log[n], sizeof(f.log[n]), 1, file);
			fwrite(tail, 8, 1, file);
		}
		fwrite(tail, 40, 1, file);
	}
	fclose(file);
}

static void write_header_variant(const char *dir, const char *name, int variant)
{
	FILE *file = fixture_file(dir, name);
	struct tcpledger_header header;

	fixture_header(&header);
	if (variant == 0)
		header.version = TCPLEDGER_VERSION + 1;
	else
		header.record_size = 8;
	fwrite(&header, sizeof(header), 1, file);
	fclose(file);
}

static void write_bad_enum(const char *dir)
{
	FILE *file = fixture_file(dir, "bad_enum");
	struct fixture f;

	fixture_write_header(file);
	fixture_active(&f);
	fixture_write(file, &f);
	fixture_passive(&f);
	f.record.outcome = 200;
	fixture_write(file, &f);
	fclose(file);
}

static void write_talks(const char *dir)
{
	FILE *file = fixture_file(dir, "talks");
	struct fixture f;
	unsigned int id;

	fixture_write_header(file);
	for (id = 1; id <= FIXTURE_TALKS; id++) {
		fixture_talk(&f, id);
		fixture_write(file, &f);
	}
	fclose(file);
}

/*
 * Both ends of a connection whose segments the way changed: the first SYN is lost,
 * the second loses its ECN marks, the client's data and FIN come in two pieces, of
 * which the last is logged, and the server's FIN comes with an ECN mark, and then
 * again without. The wall clock was set back meanwhile.
 */
static void write_changed(const char *dir)
{
	FILE *file = fixture_file(dir, "changed");
	const unsigned int marks = TCPLEDGER_ECE | TCPLEDGER_CWR;
	struct fixture f;

	fixture_write_header(file);
	fixture_begin(&f, 1, "10.0.0.1", 50000, "10.0.0.2", 80);
	fixture_opened(&f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 60);
	fixture_isn(&f, 1000, 2000);
	fixture_out(&f, 0, SYN | marks, 1000, 0, 0);
	fixture_out(&f, 1000000000, SYN | marks, 1000, 0, 0);
	fixture_in(&f, 1000004000, SYN | ACK, 2000, 1001, 0);
	fixture_out(&f, 1000005000, ACK, 1001, 2001, 0);
	fixture_out(&f, 2000000000, FIN | PSH | ACK, 1001, 2001, 3000);
	fixture_in(&f, 2000004000, FIN | ACK | TCPLEDGER_ECE, 2001, 4002, 0);
	fixture_out(&f, 2000005000, ACK, 4002, 2002, 0);
	fixture_in(&f, 2000006000, FIN | ACK, 2001, 4002, 0);
	f.record.bytes_sent = 3000;
	fixture_write(file, &f);

	fixture_begin(&f, 2, "10.0.0.2", 80, "10.0.0.1", 50000);
	fixture_opened(&f, TCPLEDGER_ROLE_PASSIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 60);
	fixture_isn(&f, 2000, 1000);
	f.record.base_ns += 1000001000;
	f.record.opened_at -= 1000000000;
	fixture_in(&f, 0, SYN, 1000, 0, 0);
	fixture_out(&f, 2000, SYN | ACK, 2000, 1001, 0);
	fixture_in(&f, 5000, ACK, 1001, 2001, 0);
	fixture_in(&f, 1000000000, FIN | PSH | ACK, 2501, 2001, 1500);
	fixture_out(&f, 1000002000, FIN | ACK, 2001, 4002, 0);
	fixture_in(&f, 1000005000, ACK, 4002, 2002, 0);
	f.record.bytes_received = 3000;
	fixture_write(file, &f);
	fclose(file);
}

/*
 * What a later release might write: in the one record every enumeration, in the
 * next a value in the middle of its log.
 */
static void write_later(const char *dir)
{
	FILE *file = fixture_file(dir, "later");
	struct fixture f;

	fixture_write_header(file);
	fixture_active(&f);
	f.record.state = 41;
	f.record.role = 42;
	f.record.outcome = 43;
	f.record.kind = 44;
	f.record.first = 45;
	f.record.reset_by = 46;
	f.record.tw_exit = 47;
	f.record.anomalies |= 1ULL << 48;
	f.log[8].to = 49;
	f.log[8].cause = 50;
	f.log[8].segment = -1;
	f.log[10].from = 49;
	f.log[14].tag = 51;
	fixture_write(file, &f);
	fixture_passive(&f);
	f.log[1].cause = 63;
	fixture_write(file, &f);
	fclose(file);
}

/* The reader's own namespace, and what others left there: number 17 is in three. */
static void write_spaces(const char *dir)
{
	static const struct {
		unsigned int	id, netns;
	} left[] = {
		{ 17, FIXTURE_NETNS + 1 }, { 17, FIXTURE_NETNS + 2 }, { 70, FIXTURE_NETNS + 1 },
		{ 80, FIXTURE_NETNS + 1 }, { 80, FIXTURE_NETNS + 2 }, { 80, FIXTURE_NETNS + 1 },
	};
	FILE *file = fixture_file(dir, "spaces");
	struct fixture f;
	unsigned int i;

	fixture_write_header(file);
	for (i = 0; i < ARRAY_SIZE(left); i++) {
		fixture_passive(&f);
		f.record.id = left[i].id;
		f.record.netns = left[i].netns;
		f.record.lport = (__u16)(1000 + i);
		fixture_write(file, &f);
	}
	fixture_active(&f);
	fixture_write(file, &f);
	fclose(file);
}

static void write_empty(const char *dir)
{
	FILE *file = fixture_file(dir, "none");

	fixture_write_header(file);
	fclose(file);
}

static int write_many(const char *dir, long count)
{
	FILE *file = fixture_file(dir, "many");
	struct fixture f;
	long i;

	fixture_write_header(file);
	for (i = 0; i < count; i++) {
		fixture_connection(&f, i % 2);
		f.record.id = (__u64)i + 1;
		f.record.lport = (__u16)(i % 65536);
		f.record.opened_at -= i * 7919 % 1000003 * 1000;
		f.record.remote[3] = (__u8)(i / 65536 + 1);
		fixture_write(file, &f);
	}
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return write_many(argv[1], atol(argv[2]));
	if (argc != 2) {
		fprintf(stderr, "usage: make_fixtures DIR [COUNT]\n");
		return 2;
	}
	write_good(argv[1], "records");
	write_longer(argv[1]);
	write_pair(argv[1]);
	write_header_variant(argv[1], "version", 0);
	write_header_variant(argv[1], "bad_sizes", 1);
	write_bad_enum(argv[1]);
	write_talks(argv[1]);
	write_changed(argv[1]);
	write_later(argv[1]);
	write_spaces(argv[1]);
	write_empty(argv[1]);
	return 0;
}
