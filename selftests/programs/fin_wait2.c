// SPDX-License-Identifier: GPL-2.0
/* FIN_WAIT2 across the switch from a full to a timewait socket, and the waits of the other end. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"

#define S		1000000000LL
#define WHEEL_NS	2200000000LL	/* a timer may be as late */

WORLD_FIXTURE(fin_wait2);

static void fin_timeout(int seconds)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", seconds);
	sysctl_set("ipv4/tcp_fin_timeout", text);
}

/*
 * How long an orphan waits for the FIN of its peer: the timeout T in a timewait
 * socket; above 60 s T - 60 in the full socket and as much again in a timewait one.
 */
static const struct {
	int timeout;
	int seconds;
} waits[] = { { 10, 10 }, { 60, 60 }, { 90, 60 }, { 150, 180 } };

/* This test will wait for the end of FIN_WAIT2 at a peer that never sends its FIN. */
TEST_F_TIMEOUT(fin_wait2, never_a_fin, 1000)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		int64_t least = waits[i].seconds * S;
		struct peer peer;

		fin_timeout(waits[i].timeout);
		wire_to_fin_wait2(wire_established(&self->world, &peer), &peer);
		EXPECT_VERDICT(peer.host, peer.self, 0, "state=FIN_WAIT2 live=true time_wait=null");
		EXPECT_JUDGED(&self->world);
		need(record_over(&peer), 240000);
		EXPECT_VERDICT(peer.host, peer.self, 0,
			       "close.kind=timed_out close.first=local close.reset_by=null "
			       "time_wait=null close.half_close_ns=null @FIN_WAIT2/CLOSE=timer "
			       "residence_ns.FIN_WAIT2>=%lld residence_ns.FIN_WAIT2<=%lld "
			       "anomalies!~illegal_transition anomalies!~time_wait_overflow",
			       (long long)least, (long long)(least + 2 * WHEEL_NS));
	}
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will send the FIN before the switch to a timewait socket, and after it. */
TEST_F_TIMEOUT(fin_wait2, fin_in_time, 300)
{
	struct peer early, late;
	int64_t since, ended;
	int fd[2];

	fin_timeout(90);	/* 30 s in the full socket, 30 s in the other */
	fd[0] = wire_established(&self->world, &early);
	since = now_ns();
	wire_to_fin_wait2(fd[0], &early);
	sleep(20);	/* what FIN_WAIT2 is to last */
	peer_send(&early, SEG_FIN | SEG_ACK, 0);
	peer_expect(&early, SEG_ACK, DEADLINE_MS);
	ended = now_ns();
	EXPECT_VERDICT(early.host, early.self, 0,
		       "state=TIME_WAIT close.kind=four_segment residence_ns.FIN_WAIT2>=%lld "
		       "residence_ns.FIN_WAIT2<=%lld @FIN_WAIT2/TIME_WAIT=segment "
		       "time_wait.restarts=0", 20 * S, (long long)(ended - since));
	fd[1] = wire_established(&self->world, &late);
	since = now_ns();
	wire_to_fin_wait2(fd[1], &late);
	sleep(45);
	EXPECT_VERDICT(late.host, late.self, 0, "state=FIN_WAIT2 live=true time_wait=null");
	peer_send(&late, SEG_FIN | SEG_ACK, 0);
	peer_expect(&late, SEG_ACK, DEADLINE_MS);
	ended = now_ns();
	EXPECT_VERDICT(late.host, late.self, 0,
		       "state=TIME_WAIT close.kind=four_segment residence_ns.FIN_WAIT2>=%lld "
		       "residence_ns.FIN_WAIT2<=%lld @FIN_WAIT2/TIME_WAIT=segment "
		       "time_wait.restarts=0 time_wait.fin_reacks=0 time_wait.old_duplicates=0 "
		       "time_wait.remaining_ns>=%lld", 45 * S, (long long)(ended - since),
		       55 * S);
	EXPECT_JUDGED(&self->world);
	need(record_over(&late), 70000);
	EXPECT_VERDICT(late.host, late.self, 0,
		       "time_wait.exit=expired time_wait.residence_ns>=%lld", 60 * S);
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will reset an orphan's timewait socket, which listens to no one any more. */
TEST_F_TIMEOUT(fin_wait2, rst, USUAL)
{
	int64_t since, ended;
	struct peer peer;
	int fd;

	sysctl_set("ipv4/tcp_rfc1337", "1");	/* is about TIME_WAIT only */
	fd = wire_established(&self->world, &peer);
	since = now_ns();
	wire_to_fin_wait2(fd, &peer);
	sleep(5);	/* what FIN_WAIT2 is to last */
	peer_send(&peer, SEG_RST | SEG_ACK, 0);
	ended = now_ns();
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait=null close.kind=reset close.reset_by=remote "
		       "close.first=local @FIN_WAIT2/CLOSE=segment residence_ns.FIN_WAIT2>=%lld "
		       "residence_ns.FIN_WAIT2<=%lld anomalies!~illegal_transition "
		       "anomalies!~time_wait_assassinated", 5 * S, (long long)(ended - since));
}

/* This test will send data that nobody is left to read, which the kernel answers with an RST. */
TEST_F_TIMEOUT(fin_wait2, late_data, USUAL)
{
	struct segment old;
	struct peer peer;

	wire_to_fin_wait2(wire_established(&self->world, &peer), &peer);
	old = peer_segment(&peer, SEG_ACK | SEG_PSH, 10);
	old.seq -= 100;	/* outside the window: an ACK, and nothing changes */
	wire_send(&self->world.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=FIN_WAIT2 live=true time_wait=null");
	EXPECT_JUDGED(&self->world);
	peer_send(&peer, SEG_PSH | SEG_ACK, 10);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait=null close.kind=reset close.reset_by=local "
		       "@FIN_WAIT2/CLOSE=segment bytes_received=0 anomalies!~illegal_transition");
}

/*
 * Does the last state change name its segment, and is that the one the peer sent? Return:
 * 0 or 1, the number of what is wrong
 */
static int judge_last_cause(const struct peer *peer, const struct segment *sent)
{
	json_object *log, *entry = NULL, *change;
	struct ledger ledger;
	int wrong;

	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, &peer->host, &peer->self, 0), "log");
	for (size_t i = json_object_array_length(log); i-- && !entry;) {
		change = json_object_array_get_idx(log, i);
		if (entry_is(change, "state") && !record_null(change, "segment"))
			entry = json_object_array_get_idx(log, record_int(change, "segment"));
		else if (entry_is(change, "state"))
			break;
	}
	wrong = !entry || strcmp(record_text(change, "to"), "CLOSE") ||
		entry_flags(entry) != sent->flags || strcmp(record_text(entry, "dir"), "in") ||
		(uint32_t)record_int(entry, "seq") != sent->seq ||
		(uint32_t)record_int(entry, "ack") != sent->ack ||
		(uint32_t)record_int(entry, "len") != sent->len ||
		record_int(entry, "win") != sent->win ||
		/* Of a bare ACK TCP has nothing to refuse. */
		strcmp(record_text(entry, "accepted"),
		       sent->len || sent->flags & SEG_FIN ? "false" : "true");
	if (wrong)
		say("the peer sent %s, the log is %s", segment_text(sent),
		    json_object_to_json_string(log));
	ledger_free(&ledger);
	return wrong;
}

/* What a peer sends to one that has closed, and the state that it ends. */
static const struct {
	uint8_t flags;
	uint32_t len;
	uint32_t gap;		/* missing before it */
	bool fin_acked;		/* the peer acknowledged the FIN before */
	bool shutdown;		/* shutdown() of both directions, and no close() */
	bool no_linger;		/* TCP_LINGER2 below 0 */
} late[] = {
	{ .flags = SEG_PSH | SEG_ACK, .len = 10 },
	{ .flags = SEG_ACK, .len = 10, .gap = 100 },
	{ .flags = SEG_FIN | SEG_ACK, .gap = 100 },
	{ .flags = SEG_FIN | SEG_PSH | SEG_ACK, .len = 10 },
	{ .flags = SEG_PSH | SEG_ACK, .len = 10, .shutdown = true },
	{ .flags = SEG_PSH | SEG_ACK, .len = 10, .shutdown = true, .fin_acked = true },
	{ .flags = SEG_ACK, .no_linger = true },
};

/*
 * This test will send data after close(), before the ACK of the FIN, and see that
 * the segment TCP then resets the connection for is in the log.
 */
TEST_F_TIMEOUT(fin_wait2, late_data_logged, USUAL)
{
	int64_t aborts = kernel_counter("TcpExt", "TCPAbortOnData");

	for (size_t i = 0; i < sizeof(late) / sizeof(*late); i++) {
		const char *state = late[i].fin_acked || late[i].no_linger ? "FIN_WAIT2" :
				    "FIN_WAIT1";
		struct segment sent;
		struct peer peer;
		int fd = wire_established(&self->world, &peer);

		if (late[i].no_linger)
			sock_set(fd, IPPROTO_TCP, TCP_LINGER2, -1);
		if (late[i].shutdown)
			shutdown(fd, SHUT_RDWR);
		else
			close(fd);
		peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
		if (late[i].fin_acked) {
			peer_send(&peer, SEG_ACK, 0);
			need(ledger_says(&peer.host, &peer.self, "state", state), DEADLINE_MS);
		}
		sent = peer_segment(&peer, late[i].flags, late[i].len);
		sent.seq += late[i].gap;
		/* The FIN is acknowledged by nothing but what must. */
		sent.ack -= !late[i].fin_acked && !late[i].no_linger;
		wire_send(&self->world.wire, &sent);
		peer_expect(&peer, SEG_RST, DEADLINE_MS);
		EXPECT_VERDICT(peer.host, peer.self, 0,
			       "live=false close.kind=reset close.first=local "
			       "close.reset_by=local bytes_received=0 @%s/CLOSE=segment "
			       "anomalies!~illegal_transition", state);
		EXPECT_EQ(0, judge_last_cause(&peer, &sent));
		EXPECT_EQ(aborts + 1 + (int64_t)i, kernel_counter("TcpExt", "TCPAbortOnData"));
		if (late[i].shutdown)
			close(fd);
	}
}

/* This test will do the same with a FIN that follows on data. */
TEST_F_TIMEOUT(fin_wait2, data_with_fin, USUAL)
{
	struct peer peer;

	wire_to_fin_wait2(wire_established(&self->world, &peer), &peer);
	peer_send(&peer, SEG_FIN | SEG_PSH | SEG_ACK, 10);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait=null close.kind=reset close.reset_by=local "
		       "@FIN_WAIT2/CLOSE=segment anomalies!~illegal_transition");
}

/* This test will have the FIN come before data that it follows, to a socket that is closed. */
TEST_F_TIMEOUT(fin_wait2, fin_after_gap, USUAL)
{
	struct segment fin;
	struct peer peer;

	close(wire_established(&self->world, &peer));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	fin = peer_segment(&peer, SEG_FIN | SEG_ACK, 0);
	fin.seq += 100;
	wire_send(&self->world.wire, &fin);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false close.kind=reset close.first=local close.reset_by=local "
		       "time_wait=null @FIN_WAIT1/FIN_WAIT2=segment anomalies!~illegal_transition "
		       "anomalies!~time_wait_overflow");
	EXPECT_EQ(0, kernel_counter("TcpExt", "TCPTimeWaitOverflow"));
}

/*
 * See that the entry which is said to have ended FIN_WAIT2 is the ACK of the FIN, with
 * so much payload. Return: how much is wrong; reported
 */
static int judge_ending(const struct endpoint *local, const struct endpoint *remote, int64_t len)
{
	json_object *rec, *log, *entry = NULL;
	struct ledger ledger;
	uint32_t fin = 0;
	int wrong;

	ledger_read(&ledger);
	rec = ledger_find(&ledger, local, remote, 0);
	if (!rec)
		die("no record");
	log = record_at(rec, "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *e = json_object_array_get_idx(log, i);

		if (entry_is(e, "segment") && entry_flags(e) & SEG_FIN &&
		    !strcmp(record_text(e, "dir"), "out"))
			fin = record_int(e, "seq") + record_int(e, "len") + 1;
		if (entry_is(e, "state") && !strcmp(record_text(e, "from"), "FIN_WAIT2") &&
		    !record_null(e, "segment"))
			entry = json_object_array_get_idx(log, record_int(e, "segment"));
	}
	wrong = !entry || strcmp(record_text(entry, "dir"), "in") ||
		(uint32_t)record_int(entry, "ack") != fin || record_int(entry, "len") != len;
	if (wrong)
		say("FIN_WAIT2 ended by %s",
		    entry ? json_object_to_json_string(entry) : "no entry");
	ledger_free(&ledger);
	return wrong;
}

#define ENDED_BY_ACK								\
	"live=false time_wait=null close.kind=reset close.first=local "		\
	"close.reset_by=local close.error=null @ESTABLISHED/FIN_WAIT1=user "	\
	"@FIN_WAIT1/FIN_WAIT2=segment anomalies="

/*
 * Close the client of a connection so that the ACK of its FIN meets close() itself and
 * waits in the socket's backlog. It comes at once with a byte that Nagle's algorithm
 * holds back until the FIN acknowledges the one before; alone it would be delayed.
 */
static void close_into_ack(const struct pair *p)
{
	sock_set(p->client, IPPROTO_TCP, TCP_QUICKACK, 0);
	sock_send(p->server, 1, 0);
	sock_receive(p->client, 1);
	sock_send(p->server, 1, 0);
	close(p->client);
}

/* This test will have data come with the ACK of the FIN, for a program that is gone. */
TEST_F_TIMEOUT(fin_wait2, data_in_backlog, USUAL)
{
	struct pair p = pair_open(variant->family);

	close_into_ack(&p);
	EXPECT_EQ(1, kernel_counter("TcpExt", "TCPAbortOnData"));
	EXPECT_VERDICT(p.c, p.s, 0, ENDED_BY_ACK " @FIN_WAIT2/CLOSE=segment bytes_received=1");
	EXPECT_EQ(0, judge_ending(&p.c, &p.s, 1));
}

/* This test will not linger in FIN_WAIT2: the ACK of the FIN ends the connection. */
TEST_F_TIMEOUT(fin_wait2, no_linger, USUAL)
{
	struct pair p = pair_open(variant->family), q = pair_open(variant->family);
	struct peer peer;
	int fd;

	sock_set(p.client, IPPROTO_TCP, TCP_LINGER2, -1);
	close_into_ack(&p);
	EXPECT_EQ(1, kernel_counter("TcpExt", "TCPAbortOnData"));
	EXPECT_VERDICT(p.c, p.s, 0, ENDED_BY_ACK " @FIN_WAIT2/CLOSE=segment");
	EXPECT_EQ(0, judge_ending(&p.c, &p.s, 1));

	/* An ACK without data, when close() is over. */
	fd = wire_established(&self->world, &peer);
	sock_set(fd, IPPROTO_TCP, TCP_LINGER2, -1);
	wire_to_fin_wait2(fd, &peer);
	EXPECT_EQ(2, kernel_counter("TcpExt", "TCPAbortOnData"));
	EXPECT_VERDICT(peer.host, peer.self, 0, ENDED_BY_ACK " @FIN_WAIT2/CLOSE=segment");
	EXPECT_EQ(0, judge_ending(&peer.host, &peer.self, 0));

	/* Here it came before close(), which then does it itself. */
	shutdown(q.client, SHUT_WR);
	need(sock_state(q.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	sock_set(q.client, IPPROTO_TCP, TCP_LINGER2, -1);
	close(q.client);
	EXPECT_EQ(1, kernel_counter("TcpExt", "TCPAbortOnLinger"));
	EXPECT_VERDICT(q.c, q.s, 0, ENDED_BY_ACK " @FIN_WAIT2/CLOSE=user");
}

/* This test will wait in CLOSE_WAIT, and for the last ACK. */
TEST_F_TIMEOUT(fin_wait2, close_wait_last_ack, USUAL)
{
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	sleep(31);	/* what CLOSE_WAIT is to last */
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=CLOSE_WAIT state_age_ns>=%lld "
		       "state_age_ns<=%lld", 31 * S, 32 * S);
	close(fd);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	sleep(4);	/* what LAST_ACK is to last */
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=LAST_ACK live=true time_wait=null");
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false close.kind=four_segment close.first=remote time_wait=null "
		       "residence_ns.CLOSE_WAIT>=%lld residence_ns.CLOSE_WAIT<=%lld "
		       "residence_ns.LAST_ACK>=%lld residence_ns.LAST_ACK<=%lld "
		       "@CLOSE_WAIT/LAST_ACK=user @LAST_ACK/CLOSE=segment close.half_close_ns>=%lld",
		       31 * S, 32 * S, 4 * S, 5 * S, 31 * S);
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* Ports of the command's records, in its order. Return: how many */
static size_t listed(const char *options, unsigned int *port, size_t most)
{
	char *text = run_output("tcpledger list %s --json | jq -r '"
				"[.lport, .owner.pid, .owner.comm, .state] | join(\" \")'",
				options);
	char *rest = text, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n"))) {
		char comm[32], state[32];
		int pid;

		if (sscanf(line, "%u %d %31s %31s", &port[n], &pid, comm, state) != 4)
			continue;
		if (pid != getpid() || strcmp(comm, program_invocation_short_name) ||
		    strcmp(state, "CLOSE_WAIT"))
			die("not of this test: %s", line);
		if (++n == most)
			break;
	}
	free(text);
	return n;
}

/* This test will leak sockets: the command finds them by age, with their owner. */
TEST_F_TIMEOUT(fin_wait2, leak_finder, USUAL)
{
	struct pair listening = pair_listen(variant->family, 8), p[3];
	unsigned int port[8];
	char *text;

	for (int i = 0; i < 3; i++) {
		p[i] = listening;
		pair_connect(&p[i]);
	}
	for (int i = 0; i < 3; i++) {
		/* Not in the order in which they were opened. */
		shutdown(p[(i + 1) % 3].client, SHUT_WR);
		sleep(30);	/* their ages are 90, 60 and 30 s in the end */
	}
	EXPECT_EQ(3U, listed("--state CLOSE_WAIT", port, 8));
	EXPECT_EQ(0U, listed("--state CLOSE_WAIT --older 91s", port, 8));
	EXPECT_EQ(1U, listed("--state CLOSE_WAIT --older 89s", port, 8));
	EXPECT_EQ(2U, listed("--state CLOSE_WAIT --older 1m", port, 8));
	EXPECT_EQ(3U, listed("--state CLOSE_WAIT --older 29s", port, 8));

	/* The table: the oldest first, with who owns it. */
	text = run_output("tcpledger list --state CLOSE_WAIT -w");
	for (int i = 0; i < 3; i++) {
		const struct pair *q = &p[(i + 1) % 3];
		char word[16], *at;

		snprintf(word, sizeof(word), "%u", q->c.port);
		at = strstr(text, word);
		EXPECT_NE(NULL, at);
		for (int k = i + 1; at && k < 3; k++) {
			snprintf(word, sizeof(word), "%u", p[(k + 1) % 3].c.port);
			EXPECT_LT(at, strstr(text, word));
		}
	}
	EXPECT_NE(NULL, strstr(text, program_invocation_short_name));
	free(text);
}

TEST_HARNESS_MAIN
