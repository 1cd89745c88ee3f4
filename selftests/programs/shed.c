// SPDX-License-Identifier: GPL-2.0
/*
 * A flood of SYNs beyond what anybody could read is counted and not recorded. The
 * handshakes of real connections in the midst of it are recorded as if there were none:
 * the usual judges compare them with capture, trace and sockets. Of the flood they judge
 * what has a record.
 */
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "lib/peer/flood.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"
#include "lib/world/outside.h"

#define LIMITS		"max_connections=1024 history=512 max_embryonic=128"
#define RECYCLED_MOST	1000	/* half-open records that may be recycled in a second */
#define WAVE		1300	/* SYNs that surely begin to be shed */
#define OVERWRITING	5000	/* SYNs that all but surely overwrite a note */
#define TRIES		3
#define STEP		100	/* SYNs until the test reads what came of them */
#define REAL		12	/* connections in the flood */
#define RTT_US		5000	/* between a real SYN and its ACK */
#define RTT_SYNS	200	/* SYNs of the flood in that time, where they may be in the way */
#define COST_SYNS	1000
#define ROUNDS		6
#define NS		1000000000LL

WORLD_FIXTURE(shed);

/**
 * struct flood - where it goes, and how far it has come
 * @world: world, with the wire open
 * @to: the listener
 * @listener: its socket
 * @n: SYNs sent
 * @captureless: nobody captures
 */
struct flood {
	struct world *world;
	struct endpoint to;
	int listener;
	unsigned int n;
	bool captureless;
};

static struct flood flood_begin(struct world *world, const char *cookies)
{
	struct flood flood = { .world = world };

	/* Else most SYNs find the queue of half-open connections full. */
	sysctl_set("core/somaxconn", "65535");
	sysctl_set("ipv4/tcp_max_syn_backlog", "65535");
	sysctl_set("ipv4/tcp_syncookies", cookies);
	flood.listener = wire_listen(world, 65535);
	flood.to = world->wire.host;
	flood.to.port = WIRE_PORT;
	route_nobody(world->family, "wire0");
	outside_add_nobody(world);
	return flood;
}

/* Return: nanoseconds that the kernel had to do with them, in virtual time instructions */
static int64_t flood_syns(struct flood *flood, unsigned int n)
{
	int64_t ns = 0;

	while (n--) {
		struct segment syn = {
			.src = nobody(flood->world->family, flood->n), .dst = flood->to,
			.seq = flood->n * 2654435761u, .win = 65000, .flags = SEG_SYN, .mss = 1000,
			.wscale = -1,
		};

		ns -= now_ns();
		wire_send(&flood->world->wire, &syn);
		ns += now_ns();
		if (++flood->n % STEP)
			continue;
		wire_drain(&flood->world->wire);
		trace_drain(&flood->world->trace);
		if (!flood->captureless)
			capture_drain(&flood->world->space[0].capture);
	}
	wire_drain(&flood->world->wire);
	return ns;
}

/* A handshake of some ms, with more of the flood in it. Return: the accepted socket */
static int connect_amid(struct flood *flood, struct peer *peer, int i, unsigned int syns)
{
	*peer = peer_at(&flood->world->wire, FAR_PORT + i, WIRE_PORT);
	peer->timestamps = i % 2;
	peer_send(peer, SEG_SYN, 0);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	usleep(RTT_US);
	flood_syns(flood, syns);
	peer_send(peer, SEG_ACK, 0);
	return sock_accept(flood->listener);
}

/* The flood, with real connections in it, which end in turns by FINs and by an RST. */
static void flood_with_real(struct world *world, const char *cookies)
{
	struct flood flood;
	int64_t began = now_ns(), seconds, shed, in_shed = 0;
	struct peer peer[REAL];

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_ACCEPTED,
		       "they look through capture and trace for each of thousands of segments");
	flood = flood_begin(world, cookies);
	/* Else thousands of answers go on to be sent again while the judges are at work. */
	sysctl_set("ipv4/tcp_synack_retries", "0");
	flood_syns(&flood, WAVE);
	for (int i = 0; i < REAL; i++) {
		int fd;

		flood_syns(&flood, STEP);
		shed = ledger_stat("shed");
		fd = connect_amid(&flood, &peer[i], i, 0);
		in_shed += ledger_stat("shed") - shed;
		if (i % 2) {
			wire_to_time_wait(fd, &peer[i]);
		} else {
			peer_send(&peer[i], SEG_RST, 0);
			need(sock_state(fd) == TCP_CLOSE, DEADLINE_MS);
			close(fd);
		}
	}
	seconds = (now_ns() - began) / NS + 1;
	say("%u SYNs and %d connections in %lld ms: %lld records, %lld shed, %lld recycled, "
	    "%lld of the connections shed at first", flood.n, REAL,
	    (long long)(now_ns() - began) / 1000000, (long long)ledger_stat("records_created"),
	    (long long)ledger_stat("shed"), (long long)ledger_stat("evicted_embryonic"),
	    (long long)in_shed);
	if (!in_shed)
		die("no connection was shed at first");
	/* Each SYN either has a record or is counted; a shed connection is both. */
	if (ledger_stat("records_created") + ledger_stat("shed") < flood.n + REAL)
		die("SYNs are neither recorded nor counted");
	if (ledger_stat("evicted_embryonic") > (RECYCLED_MOST + 1) * (seconds + 1))
		die("more records are recycled than anybody could read");
	for (int i = 0; i < REAL; i++)
		if (verdict(&peer[i].host, &peer[i].self, 0,
			    "open.role=passive open.outcome=established partial=false log_dropped=0 "
			    "open.syn_ns=0 open.synack_ns>=1 open.ack_ns>=1 open.syn_retransmits=0 "
			    "open.synack_retransmits=0 open.syncookie=%s close.kind=%s "
			    "@LISTEN/SYN_RECV=segment @SYN_RECV/ESTABLISHED=segment owner.pid=%d",
			    *cookies == '2' ? "true" : "false",
			    i % 2 ? "four_segment" : "reset", getpid()))
			die("connection %d is not complete", i);
	if (*cookies != '2')
		need(!ledger_stat("records_embryonic"), DEADLINE_MS);
	wire_drain(&world->wire);
}

/* This test will open connections in a flood. */
TEST_F_TIMEOUT(shed, beside, 6000)
{
	module_reload(LIMITS);
	flood_with_real(&self->world, "0");
}

/* This test will do so with SYN cookies. */
TEST_F_TIMEOUT(shed, beside_with_cookies, 6000)
{
	module_reload(LIMITS);
	flood_with_real(&self->world, "2");
}

/*
 * This test will have thousands of SYNs come between a SYN and its ACK: what was noted of the
 * handshake can be overwritten by them, and then the record says that it lacks the beginning.
 */
TEST_F_TIMEOUT(shed, in_the_way, 6000)
{
	const char *whole = "open.role=passive partial=false open.syn_ns=0 open.synack_ns>=1 "
			    "open.outcome=established @LISTEN/SYN_RECV=segment";
	const char *partial = "partial=true open.syn_ns=null open.synack_ns=null "
			      "open.handshake_ns=null open.local_isn=null";
	struct flood flood;
	int wholes = 0;

	module_reload(LIMITS);
	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "some records are partial, and the capture has all");
	flood = flood_begin(&self->world, "0");
	flood_syns(&flood, WAVE);
	for (int i = 0; i < REAL; i++) {
		struct ledger ledger;
		struct peer peer;
		json_object *rec;
		bool is_whole;

		flood_syns(&flood, STEP);
		sock_reset(connect_amid(&flood, &peer, i, RTT_SYNS));
		ledger_read(&ledger);
		rec = ledger_find(&ledger, &peer.host, &peer.self, 0);
		ASSERT_NE(NULL, rec);
		is_whole = !strcmp(record_text(rec, "partial"), "false");
		EXPECT_EQ(0, record_check(rec, is_whole ? whole : partial));
		wholes += is_whole;
		ledger_free(&ledger);
	}
	say("%d of %d records are whole", wholes, REAL);
	EXPECT_LT(0, wholes);
}

/* Let the flood begin to be shed, and send a SYN that is shed as well. */
static void shed_one(struct flood *flood, struct peer *peer, uint16_t port)
{
	int64_t shed;

	do {
		flood_syns(flood, WAVE);
		shed = ledger_stat("shed");
		*peer = peer_at(&flood->world->wire, port, WIRE_PORT);
		peer_send(peer, SEG_SYN, 0);
	} while (ledger_stat("shed") != shed + 1);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
}

/* What is said of a connection whose handshake was not seen, or not as it was. */
static int judge_partial(const struct flood *flood, struct peer *peer)
{
	int fd, wrong;

	peer_send(peer, SEG_ACK, 0);
	fd = sock_accept(flood->listener);
	wrong = verdict(&peer->host, &peer->self, 0,
			"partial=true state=ESTABLISHED live=true open.syn_ns=null "
			"open.synack_ns=null open.handshake_ns=null open.local_isn=null");
	wrong += records_of(&peer->host, &peer->self) != 1;
	sock_reset(fd);
	return wrong;
}

/* This test will repeat what was shed: a SYN at once, after the flood, and an answer. */
TEST_F_TIMEOUT(shed, repeated, 6000)
{
	struct world *world = &self->world;
	struct flood flood;
	struct peer peer;

	module_reload(LIMITS);
	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "records are partial, and the capture has all");
	flood = flood_begin(world, "0");

	/* The SYN comes twice while it is shed. */
	shed_one(&flood, &peer, FAR_PORT);
	peer.seq--;
	peer_send(&peer, SEG_SYN, 0);
	peer_expect_again(&peer, DEADLINE_MS);
	EXPECT_EQ(0, judge_partial(&flood, &peer));

	/* Three times. */
	shed_one(&flood, &peer, FAR_PORT + 1);
	for (int i = 0; i < 2; i++) {
		peer.seq--;
		peer_send(&peer, SEG_SYN, 0);
		peer_expect_again(&peer, DEADLINE_MS);
	}
	EXPECT_EQ(0, judge_partial(&flood, &peer));

	/* The answer comes again by itself, a second later: the flood is over then. */
	shed_one(&flood, &peer, FAR_PORT + 2);
	peer_expect_again(&peer, DEADLINE_MS);
	EXPECT_EQ(0, judge_partial(&flood, &peer));

	/* The SYN comes again when nothing is shed any more, as a client's does. */
	shed_one(&flood, &peer, FAR_PORT + 3);
	usleep(1100000);
	peer.seq--;
	peer_send(&peer, SEG_SYN, 0);
	peer_expect_again(&peer, DEADLINE_MS);
	EXPECT_EQ(0, records_of(&peer.host, &peer.self));
	EXPECT_EQ(0, judge_partial(&flood, &peer));

	/*
	 * The note of the SYN was overwritten by thousands of others, and the SYN comes again.
	 * A note in a hundred survives them: then a record is made of it when the SYN comes.
	 */
	for (int i = 0; ; i++) {
		ASSERT_GT(TRIES, i);
		shed_one(&flood, &peer, FAR_PORT + 4 + i);
		flood_syns(&flood, OVERWRITING);
		peer.seq--;
		peer_send(&peer, SEG_SYN, 0);
		flood_syns(&flood, STEP);
		if (!records_of(&peer.host, &peer.self))
			break;
	}
	EXPECT_EQ(0, judge_partial(&flood, &peer));
}

/* This test will send a last ACK that does not fit what was shed. */
TEST_F_TIMEOUT(shed, wrong_ack, 6000)
{
	struct flood flood;
	struct peer peer;

	module_reload(LIMITS);
	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "segments of what was shed are in no record");
	flood = flood_begin(&self->world, "0");
	shed_one(&flood, &peer, FAR_PORT);
	peer.ack++;
	peer_send(&peer, SEG_ACK, 0);
	peer.ack--;
	EXPECT_EQ(0, records_of(&peer.host, &peer.self));
	/* TCP takes any number in its window: the connection is open, its beginning unknown. */
	peer.seq++;
	peer_send(&peer, SEG_ACK, 0);
	peer.seq--;
	EXPECT_EQ(0, verdict(&peer.host, &peer.self, 0, "partial=true open.syn_ns=null"));
}

/*
 * What a SYN costs, at the least of some rounds: other work of the kernel falls into some.
 * With @shed only rounds count in which each SYN is shed: at the turn of a second of the
 * module's some make records again.
 */
static int64_t cost_of_syn(struct flood *flood, bool shed)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t counted = ledger_stat("shed"), ns = flood_syns(flood, COST_SYNS);

		if (ledger_stat("shed") - counted == (shed ? COST_SYNS : 0) && ns < least)
			least = ns;
	}
	return least / COST_SYNS;
}

/*
 * This test will compare a SYN that is shed with one that makes a record, and both with one
 * that comes while nothing is recorded: the clock counts instructions. SYN cookies, so that
 * TCP's own part is the same for each, and no capture.
 */
TEST_F_TIMEOUT(shed, cost, 6000)
{
	struct world *world = &self->world;
	int64_t none, recorded, shed;
	struct flood flood;

	world_unjudged(world, JUDGE_ALL & ~(JUDGE_MEMORY | JUDGE_TEXT),
		       "there is nothing but a flood");
	module_reload("max_connections=65536 history=512 max_embryonic=65536");
	capture_close(&world->space[0].capture);
	flood = flood_begin(world, "2");
	flood.captureless = true;
	flood_syns(&flood, WAVE);
	recorded = cost_of_syn(&flood, false);
	EXPECT_EQ(0, ledger_stat("shed"));
	sysctl_set("tcpledger/enabled", "0");
	none = cost_of_syn(&flood, false);
	module_reload(LIMITS);
	flood_syns(&flood, WAVE);
	shed = cost_of_syn(&flood, true);
	say("a SYN costs %lld instructions, %lld more with a record, %lld more if it is shed",
	    (long long)none, (long long)(recorded - none), (long long)(shed - none));
	EXPECT_GT(recorded, shed);
	capture_open(&world->space[0].capture);
}

TEST_HARNESS_MAIN
