// SPDX-License-Identifier: GPL-2.0
/* A tuple in TIME_WAIT that is wanted again: by a SYN that comes, or by a connect() here. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/judge/timewait.h"
#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/witness/symbols.h"
#include "lib/world/ending.h"

#define EXPIRY_MS	70000
#define STEP		100000	/* far above the last sequence number */
#define OWN_PORT	5100

WORLD_FIXTURE(timewait_reopen);

static struct peer stranger(struct world *world, bool timestamps)
{
	struct peer peer = peer_at(&world->wire, FAR_PORT, WIRE_PORT);

	peer.timestamps = timestamps;
	peer.tsval = 1000000;
	return peer;
}

/* A connection that the peer opened and this host closed first. Return: the listener */
static int served_time_wait(struct world *world, struct peer *peer, bool timestamps)
{
	int listener = wire_listen(world, 8);

	*peer = stranger(world, timestamps);
	wire_to_time_wait(wire_serve(listener, peer), peer);
	return listener;
}

static const struct tcpledger_entry *last_segment(const struct tcpledger_record *rec)
{
	const struct tcpledger_entry *log = records_log(rec), *last = NULL;

	for (size_t i = 0; i < rec->log_n; i++)
		if (log[i].type == TCPLEDGER_ENTRY_IN || log[i].type == TCPLEDGER_ENTRY_OUT)
			last = &log[i];
	return last;
}

/* The SYN is the last segment of the old record and the first entry of the new one. */
static int judge_seam(const struct peer *peer, uint32_t syn)
{
	const struct tcpledger_record *old, *new;
	const struct tcpledger_entry *end, *begin;
	struct records records;
	int wrong = 0;

	records_read(&records);
	records_sort(&records);
	new = records_find(&records, &peer->host, &peer->self, INT64_MAX);
	old = new ? records_find(&records, &peer->host, &peer->self, new->base_ns - 1) : NULL;
	if (!old)
		die("there are no two records of the tuple");
	end = last_segment(old);
	begin = records_log(new);
	if (!end || end->type != TCPLEDGER_ENTRY_IN || end->flags != SEG_SYN || end->seq != syn) {
		say("the last segment of the old record is not the SYN");
		wrong++;
	}
	if (begin->type != TCPLEDGER_ENTRY_IN || begin->flags != SEG_SYN || begin->seq != syn ||
	    begin->t_ns) {
		say("the first entry of the new record is not the SYN");
		wrong++;
	}
	if (end && llabs(old->base_ns + end->t_ns - new->base_ns) > 1000000) {
		say("the new record begins %lld ns after the SYN",
		    (long long)(new->base_ns - old->base_ns - end->t_ns));
		wrong++;
	}
	records_free(&records);
	return wrong;
}

/* Begin anew with another SYN; the host answers it, which ends the old connection. */
static int reopen(struct peer *peer, int listener, uint32_t seq)
{
	peer->seq = seq;
	peer_send(peer, SEG_SYN, 0);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
	return sock_accept(listener);
}

#define OLD_REUSED							\
	"live=false time_wait.exit=reused time_wait.residence_exact=true "	\
	"close.kind=four_segment close.first=local close.reset_by=null "	\
	"anomalies~time_wait_reused anomalies!~stale_syn "		\
	"anomalies!~illegal_transition open.syn_retransmits=0 "		\
	"time_wait.old_duplicates=0 time_wait.restarts=0"

/* This test will let a SYN above the last sequence number open the tuple anew, and end that too. */
TEST_F_TIMEOUT(timewait_reopen, syn_above, USUAL)
{
	struct peer peer;
	int listener, fd;
	uint32_t syn;

	listener = served_time_wait(&self->world, &peer, false);
	sleep(9);	/* what the residence is to be */
	syn = peer.seq + STEP;
	fd = reopen(&peer, listener, syn);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       OLD_REUSED " time_wait.residence_ns>=9000000000 @TIME_WAIT/CLOSE=segment "
		       "time_wait.residence_ns<=9100000000");
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "open.role=passive open.outcome=established state=ESTABLISHED live=true "
		       "partial=false open.syn_ns=0 time_wait=null close.kind=null "
		       "open.syn_retransmits=0 @LISTEN/SYN_RECV=segment anomalies=");
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_EQ(0, judge_seam(&peer, syn));
	EXPECT_JUDGED(&self->world);

	wire_to_time_wait(fd, &peer);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "time_wait.exit=expired close.kind=four_segment anomalies=");
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will let a SYN below it do the same, because its timestamp is newer. */
TEST_F_TIMEOUT(timewait_reopen, newer_timestamp, USUAL)
{
	struct peer peer;
	int listener;
	uint32_t syn;

	listener = served_time_wait(&self->world, &peer, true);
	syn = peer.seq - STEP;
	peer.tsval += 1000;
	reopen(&peer, listener, syn);
	EXPECT_VERDICT(peer.host, peer.self, 0, OLD_REUSED);
	EXPECT_VERDICT(peer.host, peer.self, 1, "state=ESTABLISHED open.role=passive anomalies=");
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_EQ(0, judge_seam(&peer, syn));
}

/* This test will have a SYN below it refused; the peer then does what RFC 9293 tells it. */
TEST_F_TIMEOUT(timewait_reopen, syn_below, USUAL)
{
	struct segment seg;
	struct peer peer;
	int listener;

	listener = served_time_wait(&self->world, &peer, false);
	seg = peer_segment(&peer, SEG_SYN, 0);
	seg.seq -= STEP;
	wire_send(&self->world.wire, &seg);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_EQ(peer.seq, peer.got.ack);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.exit=null time_wait.restarts=0 "
		       "time_wait.old_duplicates=1 time_wait.fin_reacks=0 anomalies~stale_syn "
		       "anomalies!~time_wait_reused");
	EXPECT_EQ(1, records_of(&peer.host, &peer.self));
	EXPECT_JUDGED(&self->world);

	/* The ACK makes no sense to a peer in SYN_SENT: RST, and the SYN once more. */
	seg = peer_segment(&peer, SEG_RST, 0);
	seg.seq = peer.got.ack;
	wire_send(&self->world.wire, &seg);
	reopen(&peer, listener, peer.seq - STEP);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.exit=reset live=false @TIME_WAIT/CLOSE=segment "
		       "anomalies~time_wait_assassinated anomalies!~time_wait_reused");
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "state=ESTABLISHED open.syn_retransmits=0 anomalies=");
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
}

/* This test will send a good SYN to where nobody listens any more. */
TEST_F_TIMEOUT(timewait_reopen, no_listener, USUAL)
{
	struct segment syn;
	struct peer peer;

	close(served_time_wait(&self->world, &peer, false));
	syn = peer_segment(&peer, SEG_SYN, 0);
	syn.seq += STEP;
	wire_send(&self->world.wire, &syn);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.exit=null time_wait.restarts=0 "
		       "time_wait.old_duplicates=1 anomalies~stale_syn "
		       "anomalies!~time_wait_reused");
	EXPECT_EQ(1, records_of(&peer.host, &peer.self));
	EXPECT_JUDGED(&self->world);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, "time_wait.exit=expired");
}

/* This test will send a good SYN to a listener that has no room: TIME_WAIT is over all the same. */
TEST_F_TIMEOUT(timewait_reopen, queue_full, USUAL)
{
	struct peer peer, other;
	struct segment syn;
	int listener;

	listener = served_time_wait(&self->world, &peer, false);
	ASSERT_EQ(0, listen(listener, 0));
	other = peer_at(&self->world.wire, FAR_PORT + 1, WIRE_PORT);
	peer_open_connection(&other);
	need(ledger_says(&other.host, &other.self, "state", "ESTABLISHED"), DEADLINE_MS);
	syn = peer_segment(&peer, SEG_SYN, 0);
	syn.seq += STEP;
	wire_send(&self->world.wire, &syn);
	EXPECT_TRUE(peer_silent(&peer, 100));
	EXPECT_VERDICT(peer.host, peer.self, 0, OLD_REUSED);
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_EQ(0, judge_seam(&peer, syn.seq));
	EXPECT_EQ(0, judge_timewait(&self->world));
	need(record_over(&peer), 120000);
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "open.outcome=dropped anomalies~accept_queue_full time_wait=null");
}

static void tproxy(int family, const char *what)
{
	run("xtables-nft-multi ip%stables -t mangle %s PREROUTING -p tcp --dport %u --syn "
	    "-j TPROXY --on-port %u", family == AF_INET ? "" : "6", what, WIRE_PORT, WIRE_PORT);
	symbols_reload();	/* TPROXY's module came with the first rule */
}

/*
 * This test will have netfilter's TPROXY give a SYN to a listener: it ends TIME_WAIT
 * before the SYN comes to TCP, even if the SYN never does.
 */
TEST_F_TIMEOUT(timewait_reopen, tproxy, USUAL)
{
	struct peer peer, other;
	struct segment seg;
	int listener;
	uint32_t syn;

	/* Its modules take their time to load, and the residence is measured. */
	tproxy(variant->family, "-A");
	tproxy(variant->family, "-D");
	listener = served_time_wait(&self->world, &peer, false);
	if (variant->family == AF_INET)
		sock_set(listener, IPPROTO_IP, IP_TRANSPARENT, 1);
	else
		sock_set(listener, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
	tproxy(variant->family, "-A");
	sleep(5);	/* what the residence is to be */
	syn = peer.seq + STEP;
	reopen(&peer, listener, syn);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       OLD_REUSED " time_wait.residence_ns>=5000000000 @TIME_WAIT/CLOSE=segment "
		       "time_wait.residence_ns<=6000000000");
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "open.role=passive open.outcome=established state=ESTABLISHED live=true "
		       "partial=false open.syn_ns=0 open.syn_retransmits=0 anomalies=");
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_EQ(0, judge_seam(&peer, syn));

	/* A SYN that the firewall drops behind TPROXY has ended it all the same. */
	other = peer_at(&self->world.wire, FAR_PORT + 1, WIRE_PORT);
	wire_to_time_wait(wire_serve(listener, &other), &other);
	drop_start("tcp flags syn");
	seg = peer_segment(&other, SEG_SYN, 0);
	seg.seq += STEP;
	wire_send(&self->world.wire, &seg);
	EXPECT_TRUE(peer_silent(&other, 100));
	drop_control_stop(&self->world);
	EXPECT_VERDICT(other.host, other.self, 0, OLD_REUSED " @TIME_WAIT/CLOSE=segment");
	EXPECT_EQ(1, records_of(&other.host, &other.self));
	tproxy(variant->family, "-D");
}

/* This test will send segments with an old timestamp, which only restart the timer. */
TEST_F_TIMEOUT(timewait_reopen, paws, USUAL)
{
	struct segment seg;
	struct peer peer;

	served_time_wait(&self->world, &peer, true);
	peer.tsval -= 1000;
	seg = peer_segment(&peer, SEG_ACK, 0);
	wire_send(&self->world.wire, &seg);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.restarts=1 time_wait.old_duplicates=1 "
		       "time_wait.fin_reacks=0");
	EXPECT_JUDGED(&self->world);
	sleep(1);	/* so that the limit on answers has passed */
	seg = peer_segment(&peer, SEG_SYN, 0);
	seg.seq += STEP;
	wire_send(&self->world.wire, &seg);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.restarts=2 time_wait.old_duplicates=2 "
		       "time_wait.fin_reacks=0 anomalies~stale_syn anomalies!~time_wait_reused");
	EXPECT_EQ(1, records_of(&peer.host, &peer.self));
}

/* A connection over loopback whose client has a port of the test's choice. */
static struct pair pair_from_port(const struct pair *listening)
{
	struct pair p = *listening;
	struct endpoint own = loopback(p.family);

	own.port = OWN_PORT;
	p.client = sock_bound(p.family, &own);
	if (sock_connect(p.client, p.family, &p.s))
		die("connect");
	p.c = own;
	p.server = sock_accept(p.listener);
	return p;
}

#define CLIENT_REUSED							\
	"live=false time_wait.exit=reused time_wait.residence_exact=true "	\
	"@TIME_WAIT/CLOSE=user close.kind=four_segment "		\
	"anomalies~time_wait_reused anomalies!~illegal_transition time_wait.restarts=0"

/* This test will bind to the port of a connection in TIME_WAIT and connect again. */
TEST_F_TIMEOUT(timewait_reopen, connect_bound, USUAL)
{
	struct pair listening = pair_listen(variant->family, 8), p;

	p = pair_from_port(&listening);
	pair_close_orderly(&p);
	sleep(4);	/* what the residence is to be */
	p = pair_from_port(&listening);
	EXPECT_VERDICT(p.c, p.s, 0, CLIENT_REUSED " time_wait.residence_ns>=4000000000 "
		       "time_wait.residence_ns<=5000000000");
	EXPECT_VERDICT(p.c, p.s, 1, "open.role=active state=ESTABLISHED partial=false live=true "
		       "time_wait=null anomalies= @CLOSE/SYN_SENT=user owner.pid=%d", getpid());
	EXPECT_VERDICT(p.s, p.c, 0, "live=false time_wait=null anomalies=");
	EXPECT_VERDICT(p.s, p.c, 1, "open.role=passive state=ESTABLISHED partial=false anomalies=");
	EXPECT_EQ(2, records_of(&p.c, &p.s));
	EXPECT_EQ(2, records_of(&p.s, &p.c));
	EXPECT_JUDGED(&self->world);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 1, "state=TIME_WAIT close.kind=four_segment");
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* Connect where only one port is to be had. Return: 0 or the error */
static int connect_anyhow(struct pair *p)
{
	int error;

	p->client = sock_new(p->family);
	error = sock_connect(p->client, p->family, &p->s);
	if (error) {
		close(p->client);
		return error;
	}
	p->c = sock_local(p->client);
	p->server = sock_accept(p->listener);
	return 0;
}

/* This test will let the kernel choose the port, with tcp_tw_reuse off and on. */
TEST_F_TIMEOUT(timewait_reopen, tcp_tw_reuse, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);

	sysctl_set("ipv4/ip_local_port_range", "5100 5100");
	ASSERT_EQ(0, connect_anyhow(&p));
	pair_close_orderly(&p);
	sleep(3);	/* the kernel asks for a second at least */
	sysctl_set("ipv4/tcp_tw_reuse", "0");
	EXPECT_EQ(EADDRNOTAVAIL, connect_anyhow(&p));
	EXPECT_VERDICT(p.c, p.s, 0, "state=TIME_WAIT time_wait.exit=null time_wait.restarts=0");
	EXPECT_EQ(1, records_of(&p.c, &p.s));
	EXPECT_JUDGED(&self->world);
	sysctl_set("ipv4/tcp_tw_reuse", "1");
	ASSERT_EQ(0, connect_anyhow(&p));
	EXPECT_VERDICT(p.c, p.s, 0, CLIENT_REUSED " time_wait.residence_ns>=3000000000");
	EXPECT_VERDICT(p.c, p.s, 1, "open.role=active state=ESTABLISHED partial=false anomalies=");
	EXPECT_EQ(2, records_of(&p.c, &p.s));
}

/* This test will take over a timewait socket in FIN_WAIT2, as only bind() makes possible. */
TEST_F_TIMEOUT(timewait_reopen, connect_fin_wait2, USUAL)
{
	struct pair listening = pair_listen(variant->family, 8), p;
	struct endpoint own;
	int fd;

	p = pair_from_port(&listening);
	shutdown(p.client, SHUT_WR);
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.client);
	own = p.c;
	fd = sock_bound(variant->family, &own);
	/* The server's end is in CLOSE_WAIT and answers the SYN with an ACK, then gets an RST. */
	ASSERT_EQ(EINPROGRESS, sock_connect_start(fd, variant->family, &p.s));
	need(ledger_says(&p.s, &p.c, "state", "ESTABLISHED"), DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0, "live=false time_wait=null @FIN_WAIT2/CLOSE=user "
		       "anomalies!~illegal_transition");
	EXPECT_VERDICT(p.c, p.s, 1, "open.role=active state=ESTABLISHED partial=false");
	EXPECT_EQ(2, records_of(&p.c, &p.s));
}

TEST_HARNESS_MAIN
