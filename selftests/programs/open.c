// SPDX-License-Identifier: GPL-2.0
/* How connections open: both ends, and every way in which the peer answers or does not. */
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

#define PORT		5000

WORLD_FIXTURE(open);

static unsigned long inode_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	return st.st_ino;
}

static unsigned long long cookie_of(int fd)
{
	unsigned long long cookie;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("SO_COOKIE");
	return cookie;
}

/* This test will open a connection and read the client's record while it is open. */
TEST_F_TIMEOUT(open, active, USUAL)
{
	struct pair p = pair_open(variant->family);

	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active open.outcome=established open.syn_retransmits=0 "
		       "open.synack_retransmits=0 open.syncookie=false open.fastopen=false "
		       "family=%s state=ESTABLISHED live=true close.kind=null close.first=null "
		       "close.reset_by=null close.error=null time_wait=null closer=null "
		       "@CLOSE/SYN_SENT=user @SYN_SENT/ESTABLISHED=segment anomalies=",
		       variant->family == AF_INET ? "inet" : "inet6");
	EXPECT_VERDICT(p.c, p.s, 0,
		       "owner.pid=%d owner.comm=%s owner.uid=%d owner.inode=%lu owner.cookie=%llu",
		       getpid(), program_invocation_short_name, getuid(), inode_of(p.client),
		       cookie_of(p.client));
	EXPECT_EQ(1, records_of(&p.c, &p.s));
}

/* This test will stop a handshake before its last ACK, see SYN_RECV, then finish it. */
TEST_F_TIMEOUT(open, passive, USUAL)
{
	struct peer peer;
	int listener, fd;

	listener = wire_listen_for(&self->world, &peer, 1, 8);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=in_progress state=SYN_RECV live=true "
		       "open.handshake_ns=null close.kind=null peer_id=null @LISTEN/SYN_RECV=segment");
	EXPECT_JUDGED(&self->world);

	peer_send(&peer, SEG_ACK, 0);
	fd = sock_accept(listener);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=established state=ESTABLISHED live=true "
		       "open.synack_retransmits=0 close.kind=null @SYN_RECV/ESTABLISHED=segment "
		       "owner.pid=%d owner.comm=%s owner.uid=%d owner.inode=%lu anomalies=",
		       getpid(), program_invocation_short_name, getuid(), inode_of(fd));
	EXPECT_EQ(1, records_of(&peer.host, &peer.self));
}

/* This test will answer a SYN with a SYN, so that the two cross. */
TEST_F_TIMEOUT(open, simultaneous, USUAL)
{
	struct peer peer;
	int fd;

	fd = wire_connect(&self->world, &peer);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=simultaneous open.outcome=established state=ESTABLISHED "
		       "@SYN_SENT/SYN_RECV=segment @SYN_RECV/ESTABLISHED=segment "
		       "open.syn_retransmits=0 anomalies~simultaneous_open "
		       "anomalies!~illegal_transition owner.pid=%d", getpid());
}

/* This test will connect a socket to itself: one record with each segment out and in. */
TEST_F_TIMEOUT(open, self_connect, USUAL)
{
	struct endpoint at = loopback(variant->family);
	int fd;

	at.port = PORT;
	fd = sock_bound(variant->family, &at);
	ASSERT_EQ(0, sock_connect(fd, variant->family, &at));
	EXPECT_VERDICT(at, at, 0,
		       "open.role=simultaneous open.outcome=established peer_id=null "
		       "state=ESTABLISHED anomalies~simultaneous_open");
	EXPECT_EQ(1, records_all());
}

/* This test will connect to a port that the peer has closed. */
TEST_F_TIMEOUT(open, refused_by_peer, USUAL)
{
	struct peer peer;
	int fd;

	fd = wire_connect(&self->world, &peer);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	peer.seq = 0;
	peer_send(&peer, SEG_RST | SEG_ACK, 0);
	EXPECT_EQ(ECONNREFUSED, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=active open.outcome=refused close.kind=none close.reset_by=remote "
		       "close.first=remote close.error=ECONNREFUSED state=CLOSE live=false "
		       "open.remote_isn=null @SYN_SENT/CLOSE=segment owner.pid=%d closer=null "
		       "anomalies=", getpid());
}

/* This test will have this host refuse a SYN to a port where nobody listens. */
TEST_F_TIMEOUT(open, refused_by_us, USUAL)
{
	struct peer peer;

	wire_open(&self->world.wire, variant->family);
	peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_RST | SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=refused close.kind=none close.reset_by=local "
		       "close.first=local close.error=null live=false open.local_isn=null "
		       "owner.pid=null anomalies=");
}

/* This test will connect to a closed port over loopback: one refusal, seen from both ends. */
TEST_F_TIMEOUT(open, refused_here, USUAL)
{
	struct endpoint at = loopback(variant->family), to = at;
	int fd;

	at.port = PORT;
	to.port = FAR_PORT;
	fd = sock_bound(variant->family, &at);
	EXPECT_EQ(ECONNREFUSED, sock_connect(fd, variant->family, &to));
	EXPECT_VERDICT(at, to, 0, "open.role=active open.outcome=refused close.reset_by=remote");
	EXPECT_VERDICT(to, at, 0, "open.role=passive open.outcome=refused close.reset_by=local");
	EXPECT_EQ(2, records_all());
}

/* This test will never answer a SYN, until the kernel gives up after 127 seconds. */
TEST_F_TIMEOUT(open, unanswered, USUAL + 200)
{
	struct peer peer;
	int fd, n;

	fd = wire_connect(&self->world, &peer);
	EXPECT_EQ(ETIMEDOUT, sock_wait_error(fd, 200000));
	peer_expect(&peer, SEG_SYN, 0);
	/* 6 on older kernels; newer ones first repeat it each second a few times. */
	n = capture_count(&self->world.space[0].capture, &peer.host, SEG_SYN);
	EXPECT_LE(7, n);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=active open.outcome=timed_out close.kind=none close.error=ETIMEDOUT "
		       "close.reset_by=null close.first=null open.syn_retransmits=%d live=false "
		       "@SYN_SENT/CLOSE=timer duration_ns>=127000000000 anomalies~syn_retransmit",
		       n - 1);
}

/* This test will answer a SYN with the ICMP error "host unreachable". */
TEST_F_TIMEOUT(open, unreachable, USUAL)
{
	struct peer peer;
	int fd;

	fd = wire_connect(&self->world, &peer);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	wire_send_unreachable(&self->world.wire, &peer.got);
	EXPECT_EQ(EHOSTUNREACH, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=active open.outcome=unreachable close.kind=none "
		       "close.error=EHOSTUNREACH close.reset_by=null live=false @SYN_SENT/CLOSE=error");
}

/* This test will close a socket whose connect() is still waiting. */
TEST_F_TIMEOUT(open, given_up, USUAL)
{
	struct peer peer;
	int fd;

	fd = wire_connect(&self->world, &peer);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	close(fd);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=active open.outcome=aborted close.kind=none close.error=null "
		       "close.reset_by=null live=false @SYN_SENT/CLOSE=user closer.pid=%d "
		       "closer.comm=%s", getpid(), program_invocation_short_name);
}

/* This test will lose the first SYN, so that it is sent again after a second. */
TEST_F_TIMEOUT(open, syn_lost, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	char match[64];

	snprintf(match, sizeof(match), "tcp dport %u tcp flags syn", p.s.port);
	drop_start(match);
	p.client = sock_new(variant->family);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	need(drop_count(), DEADLINE_MS);
	drop_control_stop(&self->world);
	p.server = sock_accept(p.listener);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active open.outcome=established open.syn_retransmits=%u "
		       "open.handshake_ns>=1000000000 anomalies~syn_retransmit",
		       self->world.space[0].dropped);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established open.syn_retransmits=0 "
		       "open.handshake_ns<=10000000 anomalies=");
}

/* This test will lose the third ACK: the client is established, the server sends SYN/ACK again. */
TEST_F_TIMEOUT(open, third_ack_lost, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	char match[96];
	int again;

	snprintf(match, sizeof(match),
		 "tcp dport %u tcp flags & (fin | syn | rst | ack) == ack", p.s.port);
	drop_start(match);
	p.client = sock_new(variant->family);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	EXPECT_VERDICT(p.c, p.s, 0, "state=ESTABLISHED open.outcome=established");
	EXPECT_VERDICT(p.s, p.c, 0, "state=SYN_RECV open.outcome=in_progress");
	need(capture_count(&self->world.space[0].capture, &p.s, SEG_SYN | SEG_ACK) > 1,
	     DEADLINE_MS);
	/* The third ACK, and those that answered the SYN/ACKs that came again. */
	EXPECT_EQ(capture_count(&self->world.space[0].capture, &p.c, SEG_ACK), drop_stop());
	p.server = sock_accept(p.listener);
	again = capture_count(&self->world.space[0].capture, &p.s, SEG_SYN | SEG_ACK) - 1;
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established open.synack_retransmits=%d "
		       "open.handshake_ns>=1000000000 anomalies~synack_retransmit", again);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active open.outcome=established open.synack_retransmits=%d "
		       "open.handshake_ns<=10000000 open.syn_retransmits=0", again);
}

/* This test will answer a SYN/ACK with an RST. */
TEST_F_TIMEOUT(open, reset_in_syn_recv, USUAL)
{
	struct peer peer;

	wire_listen_for(&self->world, &peer, 1, 8);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_RST, 0);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=reset close.kind=none close.reset_by=remote "
		       "close.first=remote state=CLOSE @LISTEN/SYN_RECV=segment "
		       "@SYN_RECV/CLOSE=segment closer=null");
}

/*
 * This test will have the listener answer two bad segments, one with an ACK and one with an
 * RST, then open all the same.
 */
TEST_F_TIMEOUT(open, listener_answers, USUAL)
{
	struct endpoint at;
	struct segment bad;
	struct peer peer;

	wire_open(&self->world.wire, variant->family);
	peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	at = peer.host;
	sock_listen(variant->family, &at, 8);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	bad = peer_segment(&peer, SEG_SYN, 0);
	bad.seq += 10000000;
	wire_send(&self->world.wire, &bad);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	bad = peer_segment(&peer, SEG_ACK, 0);
	bad.ack += 1000;
	wire_send(&self->world.wire, &bad);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	need(ledger_says(&at, &peer.self, "state", "ESTABLISHED"), DEADLINE_MS);
	/* The answers are out: an ACK of data is one as any other, and not logged. */
	peer_send(&peer, SEG_ACK, 10);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(at, peer.self, 0,
		       "open.role=passive open.outcome=established live=true close.kind=null "
		       "@LISTEN/SYN_RECV=segment @SYN_RECV/ESTABLISHED=segment");
	EXPECT_EQ(1, records_of(&at, &peer.self));
}

/* This test will never send the third ACK, until the kernel forgets the request. */
TEST_F_TIMEOUT(open, synack_unanswered, USUAL + 120)
{
	struct peer peer;

	wire_listen_for(&self->world, &peer, 1, 8);
	peer_send(&peer, SEG_SYN, 0);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), 120000);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=timed_out close.kind=none close.reset_by=null "
		       "open.synack_retransmits=5 @SYN_RECV/CLOSE=timer anomalies~synack_retransmit");
}

TEST_HARNESS_MAIN
