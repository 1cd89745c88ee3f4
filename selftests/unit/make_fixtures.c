// SPDX-License-Identifier: GPL-2.0
/*
 * make_fixtures DIR [COUNT]
 *
 * Write records files of representative connections, good and bad, into DIR.
 * With COUNT, write only DIR/many of so many records, for measuring.
 *
 * The numbers follow RFC 9293: a SYN and a FIN each take one sequence number,
 * an ACK names the number expected next. Record 17 is the example of the
 * documented JSON.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "fixture.h"

#define SYN	TCPLEDGER_SYN
#define ACK	TCPLEDGER_ACK
#define FIN	TCPLEDGER_FIN
#define RST	TCPLEDGER_RST
#define PSH	TCPLEDGER_PSH
#define ST(x)	TCPLEDGER_STATE_##x
#define BY(x)	TCPLEDGER_CAUSE_##x

#define MINUTE	60000000000LL

/* curl to a server on loopback; four segments; in TIME_WAIT, restarted once. */
static void active(struct fixture *f)
{
	struct tcpledger_record *r = &f->record;

	fixture_begin(f, 17, "127.0.0.1", 40112, "127.0.0.1", 80);
	r->peer_id = 18;
	fixture_owner(f, 812, "curl");
	r->closer_pid = 812;
	strcpy(r->closer_comm, "curl");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 60);
	fixture_isn(f, 2891034411U, 881234);
	fixture_options(f);
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 2100, SYN, 2891034411U, 0, 0);
	fixture_in(f, 33100, SYN | ACK, 881234, 2891034412U, 0);
	fixture_change(f, 33150, ST(SYN_SENT), ST(ESTABLISHED), BY(SEGMENT), 2);
	fixture_out(f, 37000, ACK, 2891034412U, 881235, 0);
	fixture_change(f, 1203310, ST(ESTABLISHED), ST(FIN_WAIT1), BY(USER), -1);
	fixture_out(f, 1203315, FIN | ACK, 2891034490U, 882491, 0);
	fixture_in(f, 1203700, ACK, 882491, 2891034491U, 0);
	fixture_change(f, 1203710, ST(FIN_WAIT1), ST(FIN_WAIT2), BY(SEGMENT), 7);
	fixture_in(f, 1203900, FIN | ACK, 882491, 2891034491U, 0);
	fixture_change(f, 1203903, ST(FIN_WAIT2), ST(TIME_WAIT), BY(SEGMENT), 9);
	fixture_out(f, 1203950, ACK, 2891034491U, 882492, 0);
	fixture_in(f, 1290000, FIN | ACK, 882491, 2891034491U, 0);
	fixture_bits(f, 12, TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_ACCEPTED);
	fixture_out(f, 1290030, ACK, 2891034491U, 882492, 0);
	fixture_note(f, 1290033, TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED, 12);
	f->log[1].win = 65495;
	f->log[2].win = 65483;
	r->state_age_ns = 1203000;
	r->kind = TCPLEDGER_KIND_FOUR_SEGMENT;
	r->first = TCPLEDGER_SIDE_LOCAL;
	r->syn_ns = 2100;
	r->synack_ns = 33100;
	r->ack_ns = 37000;
	r->handshake_ns = 31050;
	r->local_fin_ns = 1203315;
	r->remote_fin_ns = 1203900;
	r->half_close_ns = 585;
	r->flags |= TCPLEDGER_REC_TIME_WAIT | TCPLEDGER_REC_RESIDENCE_EXACT;
	r->tw_entered_ns = 1203903;
	r->tw_nominal_ns = MINUTE;
	r->tw_restarts = 1;
	r->tw_fin_reacks = 1;
	r->tw_remaining_ns = 59998797000LL;
	r->residence_ns[ST(SYN_SENT)] = 33150;
	r->residence_ns[ST(ESTABLISHED)] = 1170160;
	r->residence_ns[ST(FIN_WAIT1)] = 400;
	r->residence_ns[ST(FIN_WAIT2)] = 193;
	r->bytes_sent = 78;
	r->bytes_received = 1256;
	r->retransmits = 0;
	r->srtt_us = 24;
	r->min_rtt_us = 19;
}

/* The same connection at the server: ended after LAST_ACK. */
static void passive(struct fixture *f)
{
	struct tcpledger_record *r = &f->record;

	fixture_begin(f, 18, "127.0.0.1", 80, "127.0.0.1", 40112);
	r->peer_id = 17;
	fixture_owner(f, 640, "nginx");
	r->uid = 33;
	fixture_opened(f, TCPLEDGER_ROLE_PASSIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 60);
	r->base_ns += 2200;	/* the SYN takes a while */
	fixture_isn(f, 881234, 2891034411U);
	fixture_options(f);
	fixture_in(f, 0, SYN, 2891034411U, 0, 0);
	fixture_change(f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), 0);
	fixture_out(f, 30000, SYN | ACK, 881234, 2891034412U, 0);
	fixture_in(f, 35000, ACK, 2891034412U, 881235, 0);
	fixture_change(f, 35100, ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), 3);
	fixture_in(f, 1201300, FIN | ACK, 2891034490U, 882491, 0);
	fixture_change(f, 1201310, ST(ESTABLISHED), ST(CLOSE_WAIT), BY(SEGMENT), 5);
	fixture_out(f, 1201400, ACK, 882491, 2891034491U, 0);
	fixture_change(f, 1201500, ST(CLOSE_WAIT), ST(LAST_ACK), BY(USER), -1);
	fixture_out(f, 1201600, FIN | ACK, 882491, 2891034491U, 0);
	fixture_in(f, 1201900, ACK, 2891034491U, 882492, 0);
	fixture_change(f, 1201910, ST(LAST_ACK), ST(CLOSE), BY(SEGMENT), 10);
	r->syn_ns = 0;
	r->synack_ns = 30000;
	r->ack_ns = 35000;
	r->handshake_ns = 35100;
	r->accept_ns = 41000;
	r->first = TCPLEDGER_SIDE_REMOTE;
	r->remote_fin_ns = 1201300;
	r->local_fin_ns = 1201600;
	r->half_close_ns = 300;
	r->bytes_sent = 1256;
	r->bytes_received = 78;
	r->retransmits = 0;
	fixture_ended(f, TCPLEDGER_KIND_FOUR_SEGMENT, 1201910);
}

/* Nobody listens at the peer: its RST answers our SYN. */
static void refused_by_peer(struct fixture *f)
{
	fixture_begin(f, 19, "10.0.0.1", 51000, "10.0.0.2", 81);
	fixture_owner(f, 900, "nc");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_REFUSED, 50);
	f->record.local_isn = 1000;
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 10, SYN, 1000, 0, 0);
	fixture_in(f, 500, RST | ACK, 0, 1001, 0);
	fixture_change(f, 510, ST(SYN_SENT), ST(CLOSE), BY(SEGMENT), 2);
	f->record.reset_by = TCPLEDGER_SIDE_REMOTE;
	f->record.first = TCPLEDGER_SIDE_REMOTE;
	f->record.error = 111;		/* ECONNREFUSED */
	fixture_ended(f, TCPLEDGER_KIND_NONE, 510);
}

/* A SYN to a port of ours where nobody listens. */
static void refused_by_us(struct fixture *f)
{
	fixture_begin(f, 20, "10.0.0.1", 81, "10.0.0.2", 51000);
	fixture_opened(f, TCPLEDGER_ROLE_PASSIVE, TCPLEDGER_OUTCOME_REFUSED, 49);
	f->record.remote_isn = 7000;
	fixture_in(f, 0, SYN, 7000, 0, 0);
	fixture_out(f, 300, RST | ACK, 0, 7001, 0);
	f->record.reset_by = TCPLEDGER_SIDE_LOCAL;
	f->record.first = TCPLEDGER_SIDE_LOCAL;
	fixture_ended(f, TCPLEDGER_KIND_NONE, 300);
}

static int handshake_out(struct fixture *f, unsigned int isn, unsigned int peer_isn)
{
	fixture_isn(f, isn, peer_isn);
	fixture_options(f);
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 10, SYN, isn, 0, 0);
	fixture_in(f, 1000010, SYN | ACK, peer_isn, isn + 1, 0);
	fixture_change(f, 1000020, ST(SYN_SENT), ST(ESTABLISHED), BY(SEGMENT), 2);
	f->record.handshake_ns = 1000010;
	f->record.syn_ns = 10;
	f->record.synack_ns = 1000010;
	f->record.ack_ns = 1000030;
	return fixture_out(f, 1000030, ACK, isn + 1, peer_isn + 1, 0);
}

/* The peer resets an open connection; it had sent nothing. */
static void reset_by_peer(struct fixture *f)
{
	fixture_begin(f, 21, "10.0.0.1", 51002, "10.0.0.2", 22);
	fixture_owner(f, 901, "ssh");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 48);
	handshake_out(f, 1000, 2000);
	fixture_in(f, 5000000, RST, 2001, 0, 0);
	fixture_change(f, 5000010, ST(ESTABLISHED), ST(CLOSE), BY(SEGMENT), 5);
	f->record.bytes_sent = 10;
	f->record.bytes_received = 0;
	f->record.reset_by = TCPLEDGER_SIDE_REMOTE;
	f->record.first = TCPLEDGER_SIDE_REMOTE;
	f->record.error = 104;		/* ECONNRESET */
	fixture_ended(f, TCPLEDGER_KIND_RESET, 5000010);
}

/* Three SYNs, no answer. */
static void timed_out(struct fixture *f)
{
	int again;

	fixture_begin(f, 22, "10.0.0.1", 51004, "192.0.2.9", 443);
	fixture_owner(f, 902, "wget");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_TIMED_OUT, 47);
	f->record.local_isn = 1000;
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 10, SYN, 1000, 0, 0);
	again = fixture_out(f, 1000000010, SYN, 1000, 0, 0);
	fixture_bits(f, again, TCPLEDGER_SEG_RETRANSMIT);
	fixture_note(f, 1000000010, TCPLEDGER_ANOMALY_SYN_RETRANSMIT, again);
	again = fixture_out(f, 3000000010LL, SYN, 1000, 0, 0);
	fixture_bits(f, again, TCPLEDGER_SEG_RETRANSMIT);
	fixture_change(f, 7000000010LL, ST(SYN_SENT), ST(CLOSE), BY(TIMER), -1);
	f->record.syn_retransmits = 2;
	f->record.error = 110;		/* ETIMEDOUT */
	fixture_ended(f, TCPLEDGER_KIND_NONE, 7000000010LL);
}

/* A program that forgets to close: for an hour in CLOSE_WAIT. Hostile name. */
static void leak(struct fixture *f)
{
	int fin;

	fixture_begin(f, 23, "10.0.0.1", 8080, "10.1.2.3", 33333);
	fixture_owner(f, 903, "a\x1b[31m\"\\\n\xff");
	f->record.uid = 1000;
	fixture_opened(f, TCPLEDGER_ROLE_PASSIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 3700);
	fixture_isn(f, 5000, 6000);
	fixture_in(f, 0, SYN, 6000, 0, 0);
	fixture_change(f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), 0);
	fixture_out(f, 20, SYN | ACK, 5000, 6001, 0);
	fixture_in(f, 400, ACK, 6001, 5001, 0);
	fixture_change(f, 410, ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), 3);
	fin = fixture_in(f, 100000000000LL, FIN | ACK, 6001, 5001, 0);
	fixture_change(f, 100000000100LL, ST(ESTABLISHED), ST(CLOSE_WAIT), BY(SEGMENT), fin);
	fixture_out(f, 100000000200LL, ACK, 5001, 6002, 0);
	f->record.state_age_ns = 3600000000000LL;
	f->record.remote_fin_ns = 100000000000LL;
	f->record.first = TCPLEDGER_SIDE_REMOTE;
}

/* Another one, but young, and named in UTF-8. */
static void young_leak(struct fixture *f)
{
	fixture_begin(f, 24, "10.0.0.1", 8080, "10.1.2.4", 33334);
	fixture_owner(f, 904, "caf\xc3\xa9");
	fixture_opened(f, TCPLEDGER_ROLE_ADOPTED, TCPLEDGER_OUTCOME_ESTABLISHED, 20);
	f->record.flags |= TCPLEDGER_REC_PARTIAL;
	fixture_in(f, 0, FIN | ACK, 6001, 5001, 0);
	fixture_change(f, 10, ST(ESTABLISHED), ST(CLOSE_WAIT), BY(SEGMENT), 0);
	f->record.state_age_ns = 5000000000LL;
	f->record.remote_fin_ns = 0;
	f->record.first = TCPLEDGER_SIDE_REMOTE;
}

/* IPv6, open, long addresses. */
static void open_ipv6(struct fixture *f)
{
	fixture_begin(f, 25, "2001:db8:1111:2222:3333:4444:5555:6666", 51006,
		      "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 443);
	fixture_owner(f, 905, "firefox");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 10);
	handshake_out(f, 4294967295U, 2000);	/* the ISN wraps */
	f->record.ifindex = 5;
	f->record.state_age_ns = 9998999980LL;
	f->record.bytes_sent = 0;
	f->record.bytes_received = 0;
}

/* Adopted at load, silent: nothing but the tuple and the state. */
static void nulls(struct fixture *f)
{
	fixture_begin(f, 26, "10.0.0.1", 22, "10.9.9.9", 60000);
	f->record.state = ST(ESTABLISHED);
	f->record.role = TCPLEDGER_ROLE_ADOPTED;
	f->record.outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	f->record.flags |= TCPLEDGER_REC_PARTIAL;
}

/* TIME_WAIT to its end, measured. */
static void waited(struct fixture *f, unsigned long long id, enum tcpledger_exit how,
		   long long residence)
{
	struct tcpledger_record *r = &f->record;
	int fin;

	fixture_begin(f, id, "10.0.0.1", 51000 + (unsigned int)id, "10.0.0.3", 80);
	fixture_owner(f, 906, "ab");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 300);
	handshake_out(f, 1000, 2000);
	fixture_change(f, 2000000, ST(ESTABLISHED), ST(FIN_WAIT1), BY(USER), -1);
	fixture_out(f, 2000010, FIN | ACK, 1001, 2001, 0);
	fin = fixture_in(f, 3000000, FIN | ACK, 2001, 1002, 0);
	fixture_change(f, 3000010, ST(FIN_WAIT1), ST(TIME_WAIT), BY(SEGMENT), fin);
	fixture_out(f, 3000020, ACK, 1002, 2002, 0);
	if (how == TCPLEDGER_EXIT_REUSED)
		fixture_in(f, 3000010 + residence, SYN, 90000000, 0, 0);
	if (how == TCPLEDGER_EXIT_RESET)
		fixture_in(f, 3000010 + residence, RST, 2002, 0, 0);
	fixture_change(f, 3000010 + residence, ST(TIME_WAIT), ST(CLOSE),
		       how == TCPLEDGER_EXIT_EXPIRED ? BY(TIMER) : BY(SEGMENT),
		       how == TCPLEDGER_EXIT_EXPIRED ? -1 : (int)r->log_n - 1);
	r->first = TCPLEDGER_SIDE_LOCAL;
	r->local_fin_ns = 2000010;
	r->remote_fin_ns = 3000000;
	r->half_close_ns = 999990;
	r->bytes_sent = 0;
	r->bytes_received = 0;
	r->flags |= TCPLEDGER_REC_TIME_WAIT | TCPLEDGER_REC_RESIDENCE_EXACT;
	r->tw_entered_ns = 3000010;
	r->tw_nominal_ns = MINUTE;
	r->tw_residence_ns = residence;
	r->tw_remaining_ns = how == TCPLEDGER_EXIT_EXPIRED ? 0 : MINUTE - residence;
	r->tw_exit = (__u8)how;
	r->tw_old_duplicates = how == TCPLEDGER_EXIT_REUSED ? 2 : 0;
	r->residence_ns[ST(TIME_WAIT)] = residence;
	fixture_ended(f, TCPLEDGER_KIND_THREE_SEGMENT, 3000010 + residence);
}

static void waited_expired(struct fixture *f)
{
	waited(f, 27, TCPLEDGER_EXIT_EXPIRED, 61234567890LL);
}

static void waited_reused(struct fixture *f)
{
	waited(f, 28, TCPLEDGER_EXIT_REUSED, 12000000000LL);
	f->record.anomalies |= 1ULL << TCPLEDGER_ANOMALY_TIME_WAIT_REUSED;
}

static void waited_reset(struct fixture *f)
{
	waited(f, 29, TCPLEDGER_EXIT_RESET, 500000);
	f->record.anomalies |= 1ULL << TCPLEDGER_ANOMALY_TIME_WAIT_ASSASSINATED;
	f->record.flags &= ~TCPLEDGER_REC_RESIDENCE_EXACT;
}

/* SYNs crossed. */
static void simultaneous(struct fixture *f)
{
	fixture_begin(f, 30, "10.0.0.1", 7000, "10.0.0.2", 7001);
	fixture_owner(f, 907, "punch");
	fixture_opened(f, TCPLEDGER_ROLE_SIMULTANEOUS, TCPLEDGER_OUTCOME_ESTABLISHED, 5);
	fixture_isn(f, 100, 200);
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 10, SYN, 100, 0, 0);
	fixture_in(f, 20, SYN, 200, 0, 0);
	fixture_change(f, 30, ST(SYN_SENT), ST(SYN_RECV), BY(SEGMENT), 2);
	fixture_out(f, 40, SYN | ACK, 100, 201, 0);
	fixture_in(f, 50, SYN | ACK, 200, 101, 0);
	fixture_change(f, 60, ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), 5);
	fixture_note(f, 60, TCPLEDGER_ANOMALY_SIMULTANEOUS_OPEN, 2);
	f->record.state_age_ns = 4999999940LL;
	f->record.bytes_sent = 0;
	f->record.bytes_received = 0;
}

/* A scanner: SYN, our SYN/ACK, its RST. */
static void scanned(struct fixture *f)
{
	fixture_begin(f, 31, "10.0.0.1", 22, "203.0.113.5", 44444);
	fixture_opened(f, TCPLEDGER_ROLE_PASSIVE, TCPLEDGER_OUTCOME_RESET, 4);
	fixture_isn(f, 100, 200);
	fixture_in(f, 0, SYN, 200, 0, 0);
	fixture_change(f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), 0);
	fixture_out(f, 40, SYN | ACK, 100, 201, 0);
	fixture_in(f, 800, RST, 201, 0, 0);
	fixture_change(f, 810, ST(SYN_RECV), ST(CLOSE), BY(SEGMENT), 3);
	f->record.reset_by = TCPLEDGER_SIDE_REMOTE;
	f->record.first = TCPLEDGER_SIDE_REMOTE;
	fixture_ended(f, TCPLEDGER_KIND_NONE, 810);
}

/* connect() given up after its SYN: S and then our RST. */
static void gave_up(struct fixture *f)
{
	fixture_begin(f, 32, "10.0.0.1", 51010, "192.0.2.10", 443);
	fixture_owner(f, 908, "nmap");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ABORTED, 3);
	f->record.local_isn = 100;
	fixture_change(f, 0, ST(CLOSE), ST(SYN_SENT), BY(USER), -1);
	fixture_out(f, 10, SYN, 100, 0, 0);
	fixture_out(f, 2000000, RST, 101, 0, 0);
	fixture_change(f, 2000010, ST(SYN_SENT), ST(CLOSE), BY(USER), -1);
	f->record.reset_by = TCPLEDGER_SIDE_LOCAL;
	f->record.first = TCPLEDGER_SIDE_LOCAL;
	fixture_ended(f, TCPLEDGER_KIND_NONE, 2000010);
}

/* We closed, the peer still sends: half closed, with a refused spoofed RST. */
static void half_closed(struct fixture *f)
{
	int forged;

	fixture_begin(f, 33, "10.0.0.1", 51012, "10.0.0.2", 873);
	fixture_owner(f, 909, "rsync");
	fixture_opened(f, TCPLEDGER_ROLE_ACTIVE, TCPLEDGER_OUTCOME_ESTABLISHED, 2);
	handshake_out(f, 1000, 2000);
	fixture_change(f, 2000000, ST(ESTABLISHED), ST(FIN_WAIT1), BY(USER), -1);
	fixture_out(f, 2000010, FIN | ACK, 1001, 2001, 0);
	fixture_in(f, 3000000, ACK, 2001, 1002, 0);
	fixture_change(f, 3000010, ST(FIN_WAIT1), ST(FIN_WAIT2), BY(SEGMENT), 7);
	forged = fixture_out(f, 3500000, RST, 12345, 0, 0);
	fixture_bits(f, forged, TCPLEDGER_SEG_OTHER);
	f->record.state_age_ns = 1996999990LL;
	f->record.first = TCPLEDGER_SIDE_LOCAL;
	f->record.bytes_sent = 0;
	f->record.bytes_received = 100000;
	f->record.local_fin_ns = 2000010;
}

static void (*const connections[])(struct fixture *f) = {
	active, passive, refused_by_peer, refused_by_us, reset_by_peer, timed_out,
	leak, young_leak, open_ipv6, nulls, waited_expired, waited_reused,
	waited_reset, simultaneous, scanned, gave_up, half_closed,
};

#define CONNECTIONS	ARRAY_SIZE(connections)

static void write_good(const char *dir, const char *name)
{
	FILE *file = fixture_file(dir, name);
	struct fixture f;
	unsigned int i;

	fixture_write_header(file);
	for (i = 0; i < CONNECTIONS; i++) {
		connections[i](&f);
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
	active(&f);
	fixture_write(file, &f);
	passive(&f);
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
	for (i = 0; i < CONNECTIONS; i++) {
		connections[i](&f);
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
	active(&f);
	fixture_write(file, &f);
	passive(&f);
	f.record.outcome = 200;
	fixture_write(file, &f);
	fclose(file);
}

/* Who talks how much, of which only the numbers tell, and who ends it. */
static const struct talk {
	bool		ipv6;
	bool		passive;	/* the peer asked */
	bool		peer_ends;
	unsigned int	ends_with;	/* flags */
	int		mss;
	unsigned int	sent;
	unsigned int	received;
	unsigned int	last;		/* bytes of @sent in the segment that ends it */
	unsigned int	greeting;	/* bytes of @received that an ACK shows to be first */
} talks[] = {
	{ .sent = 78, .received = 1256, .mss = 1460, .ends_with = FIN | ACK },
	{ .sent = 78, .received = 1256, .mss = 1460, .ends_with = FIN | ACK, .peer_ends = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = FIN | ACK, .passive = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = FIN | ACK, .passive = true,
	  .peer_ends = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = RST, .passive = true },
	{ .sent = 50, .received = 122, .mss = 1460, .ends_with = FIN | ACK, .greeting = 22 },
	{ .sent = 100, .received = 3000000, .mss = 1440, .ends_with = FIN | ACK, .ipv6 = true },
	{ .sent = 5000000, .received = 200000, .mss = 1460, .ends_with = FIN | ACK },
	{ .sent = 300000, .received = 65536, .mss = -1, .ends_with = FIN | ACK, .ipv6 = true },
	{ .sent = 150000, .received = 65500, .mss = 65495, .ends_with = FIN | ACK, .last = 149000 },
	{ .sent = 150000, .received = 10, .mss = 1440, .ends_with = FIN | ACK, .last = 150000,
	  .ipv6 = true },
};

static void open_talk(struct fixture *f, const struct talk *t)
{
	if (!t->passive) {
		handshake_out(f, 1000, 2000);
	} else {
		fixture_isn(f, 1000, 2000);
		fixture_options(f);
		fixture_in(f, 0, SYN, 2000, 0, 0);
		fixture_change(f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), 0);
		fixture_out(f, 10, SYN | ACK, 1000, 2001, 0);
		fixture_in(f, 1000010, ACK, 2001, 1001, 0);
		fixture_change(f, 1000020, ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), 3);
	}
	f->record.local_mss = t->mss;
	f->record.remote_mss = t->mss;
	f->record.bytes_sent = t->sent;
	f->record.bytes_received = t->received;
	if (t->greeting)
		fixture_in(f, 1500000, ACK, 2001 + t->greeting, 1001, 0);
}

static void talk(struct fixture *f, unsigned int id)
{
	const struct talk *t = &talks[id - 1];
	unsigned int sent = 1001 + t->sent, received = 2001 + t->received;

	if (t->ipv6)
		fixture_begin(f, id, "2001:db8::1", 50000 + id, "2001:db8::2", 80);
	else
		fixture_begin(f, id, "10.0.0.1", 50000 + id, "10.0.0.2", 80);
	fixture_opened(f, t->passive ? TCPLEDGER_ROLE_PASSIVE : TCPLEDGER_ROLE_ACTIVE,
		       TCPLEDGER_OUTCOME_ESTABLISHED, 5);
	open_talk(f, t);
	if (t->ends_with & RST) {
		fixture_change(f, 2000000, ST(ESTABLISHED), ST(CLOSE), BY(USER), -1);
		fixture_out(f, 2000010, t->ends_with, sent, 0, 0);
		fixture_ended(f, TCPLEDGER_KIND_RESET, 2000010);
	} else if (t->peer_ends) {
		fixture_in(f, 2000000, t->ends_with, received, sent, 0);
		fixture_out(f, 2000010, FIN | ACK, sent, received + 1, 0);
		fixture_in(f, 3000000, ACK, received + 1, sent + 1, 0);
	} else {
		fixture_out(f, 2000000, t->ends_with, sent - t->last, received, t->last);
		fixture_in(f, 3000000, FIN | ACK, received, sent + 1, 0);
		fixture_out(f, 3000010, ACK, sent + 1, received + 1, 0);
	}
}

static void write_talks(const char *dir)
{
	FILE *file = fixture_file(dir, "talks");
	struct fixture f;
	unsigned int id;

	fixture_write_header(file);
	for (id = 1; id <= ARRAY_SIZE(talks); id++) {
		talk(&f, id);
		fixture_write(file, &f);
	}
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
	active(&f);
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
	passive(&f);
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
		passive(&f);
		f.record.id = left[i].id;
		f.record.netns = left[i].netns;
		f.record.lport = (__u16)(1000 + i);
		fixture_write(file, &f);
	}
	active(&f);
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
		connections[i % 2](&f);
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
	write_later(argv[1]);
	write_spaces(argv[1]);
	write_empty(argv[1]);
	return 0;
}
