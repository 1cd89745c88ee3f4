// SPDX-License-Identifier: GPL-2.0
/* How connections open against odds: full queues, cookies, Fast Open, and old duplicates. */
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define PORT		5000
#define STALE_SEQ	1000u

WORLD_FIXTURE(open);

/* This test will force SYN cookies on a connection that then opens. */
TEST_F_TIMEOUT(open, cookie, USUAL)
{
	struct pair p;

	sysctl_set("ipv4/tcp_syncookies", "2");
	p = pair_open(variant->family);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established open.syncookie=true "
		       "state=ESTABLISHED @LISTEN/SYN_RECV=segment anomalies~syncookie");
	/* Nothing on the wire tells the client. */
	EXPECT_VERDICT(p.c, p.s, 0, "open.outcome=established open.syncookie=false anomalies=");
	EXPECT_EQ(1, records_of(&p.s, &p.c));
}

/* This test will leave a SYN cookie unconfirmed until the ledger gives it up. */
TEST_F_TIMEOUT(open, cookie_unconfirmed, USUAL + 200)
{
	struct peer peer;

	sysctl_set("ipv4/tcp_syncookies", "2");
	wire_listen_for(&self->world, &peer, 1, 8);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), 200000);
	/* The end is 120 s after the SYN/ACK, and seen some time later at most. */
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=timed_out close.kind=none open.syncookie=true "
		       "duration_ns>=120000000000 duration_ns<=130000000000 anomalies~syncookie");
}

/* This test will send a SYN to a listener whose queue of requests is full. */
TEST_F_TIMEOUT(open, backlog_full, USUAL + 120)
{
	struct peer peers[3];

	sysctl_set("ipv4/tcp_syncookies", "0");
	wire_listen_for(&self->world, peers, 3, 1);
	for (int i = 0; i < 2; i++) {
		peer_send(&peers[i], SEG_SYN, 0);
		peer_expect(&peers[i], SEG_SYN | SEG_ACK, DEADLINE_MS);
	}
	peer_send(&peers[2], SEG_SYN, 0);
	EXPECT_TRUE(peer_silent(&peers[2], 100));
	EXPECT_VERDICT(peers[2].host, peers[2].self, 0, "open.role=passive live=true");
	need(ledger_says(&peers[2].host, &peers[2].self, "live", "false"), 100000);
	EXPECT_VERDICT(peers[2].host, peers[2].self, 0,
		       "open.role=passive open.outcome=dropped close.kind=none open.local_isn=null "
		       "duration_ns>=60000000000 duration_ns<=70000000000 "
		       "anomalies~syn_dropped anomalies~syn_queue_full anomalies!~accept_queue_full");
	/* What filled the queue was answered, and is not to be called dropped. */
	need(ledger_says(&peers[1].host, &peers[1].self, "live", "false"), 100000);
	EXPECT_VERDICT(peers[1].host, peers[1].self, 0, "open.outcome=timed_out");
}

/* What TCP, or UDP, throws away at once and tells of. */
enum stranger { NO_TCP_HEADER, NOT_TCP };

/*
 * Send a packet that is no segment, some times: one of them will have the memory
 * of the segment before.
 */
static void send_strangers(struct world *world, const struct peer *peer, enum stranger what)
{
	const bool v4 = world->family == AF_INET;
	struct segment seg = peer_segment(peer, SEG_SYN, 0);
	uint8_t data[PACKET_HEADERS_MAX];
	size_t len = packet_build(&seg, data, sizeof(data));

	if (what == NOT_TCP)
		data[v4 ? 9 : 6] = IPPROTO_UDP;
	else
		data[(v4 ? 20 : 40) + 12] = 0;	/* a header of no words */
	packet_seal(data, len);
	for (int i = 0; i < 8; i++)
		wire_send_bytes(&world->wire, data, len);
}

/* What the record says became of its first segment. Return: 0 if nothing, else 1 */
static int judge_unknown(const struct peer *peer)
{
	struct ledger ledger;
	json_object *entry;
	int wrong;

	ledger_read(&ledger);
	entry = json_object_array_get_idx(record_at(ledger_find(&ledger, &peer->host, &peer->self,
								0), "log"), 0);
	wrong = entry_flags(entry) != SEG_SYN || !record_null(entry, "accepted");
	if (wrong)
		say("the first entry is %s", json_object_to_json_string(entry));
	ledger_free(&ledger);
	return wrong;
}

/*
 * This test will have TCP drop SYNs without a word, for want of room, and then packets
 * that are no segments, with a word: that is not about the SYNs.
 */
TEST_F_TIMEOUT(open, dropped_beside, USUAL)
{
	struct peer peers[4];

	sysctl_set("ipv4/tcp_syncookies", "0");
	wire_listen_for(&self->world, peers, 4, 1);
	for (int i = 0; i < 2; i++) {
		peer_send(&peers[i], SEG_SYN, 0);
		peer_expect(&peers[i], SEG_SYN | SEG_ACK, DEADLINE_MS);
	}
	for (int i = 2; i < 4; i++) {
		peer_send(&peers[i], SEG_SYN, 0);
		send_strangers(&self->world, &peers[i], i == 2 ? NO_TCP_HEADER : NOT_TCP);
		EXPECT_EQ(0, judge_unknown(&peers[i]));
	}
	EXPECT_EQ(8, ledger_stat("malformed_segments"));
}

enum { ACCEPTED_1, ACCEPTED_2, REFUSED, LATE, QUEUE_PEERS };

static void request(struct peer *peer)
{
	peer_send(peer, SEG_SYN, 0);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
}

/*
 * A backlog of 1 has room for two requests and for two connections. Both fill
 * up while a third request waits; then its ACK comes.
 */
static int fill_accept_queue(struct world *world, struct peer *peers)
{
	int listener;

	/* With cookies a full queue of requests would be no obstacle. */
	sysctl_set("ipv4/tcp_syncookies", "0");
	listener = wire_listen_for(world, peers, QUEUE_PEERS, 1);
	request(&peers[ACCEPTED_1]);
	request(&peers[ACCEPTED_2]);
	peer_send(&peers[ACCEPTED_1], SEG_ACK, 0);
	request(&peers[REFUSED]);
	peer_send(&peers[ACCEPTED_2], SEG_ACK, 0);
	peer_send(&peers[REFUSED], SEG_ACK, 0);
	return listener;
}

/* This test will have a third ACK refused for want of room, and never repeated. */
TEST_F_TIMEOUT(open, accept_queue_full, USUAL + 200)
{
	struct peer peers[QUEUE_PEERS];
	struct peer *refused = &peers[REFUSED], *late = &peers[LATE];

	fill_accept_queue(&self->world, peers);
	EXPECT_VERDICT(refused->host, refused->self, 0, "open.outcome=in_progress state=SYN_RECV");
	peer_send(late, SEG_SYN, 0);
	need(ledger_says(&refused->host, &refused->self, "live", "false"), 100000);
	for (int i = ACCEPTED_1; i <= ACCEPTED_2; i++)
		EXPECT_VERDICT(peers[i].host, peers[i].self, 0,
			       "open.role=passive open.outcome=established state=ESTABLISHED "
			       "anomalies=");
	EXPECT_VERDICT(refused->host, refused->self, 0,
		       "open.role=passive open.outcome=dropped close.kind=none "
		       "open.synack_retransmits>=1 anomalies~accept_queue_full");
	need(ledger_says(&late->host, &late->self, "live", "false"), 100000);
	EXPECT_VERDICT(late->host, late->self, 0,
		       "open.role=passive open.outcome=dropped open.local_isn=null "
		       "anomalies~syn_dropped anomalies~accept_queue_full");
}

/* This test will have a third ACK refused, make room, and repeat it. */
TEST_F_TIMEOUT(open, accept_queue_drained, USUAL)
{
	struct peer peers[QUEUE_PEERS];
	struct peer *refused = &peers[REFUSED];
	int listener;

	listener = fill_accept_queue(&self->world, peers);
	sock_accept(listener);
	peer_expect_again(refused, DEADLINE_MS);
	peer_send(refused, SEG_ACK, 0);
	sock_accept(listener);
	sock_accept(listener);
	EXPECT_VERDICT(refused->host, refused->self, 0,
		       "open.outcome=established state=ESTABLISHED open.synack_retransmits=1 "
		       "anomalies~accept_queue_full anomalies~synack_retransmit");
}

static int64_t tcp_ext(const char *name)
{
	return kernel_counter("TcpExt", name);
}

/*
 * This test will fill the accept queue of a listener that defers accept: it drops a bare
 * third ACK for that, and one with data for the full queue.
 */
TEST_F_TIMEOUT(open, accept_deferred, USUAL)
{
	struct peer peers[3];
	struct peer *late = &peers[2];
	int listener;

	sysctl_set("ipv4/tcp_syncookies", "0");
	listener = wire_listen_for(&self->world, peers, 3, 1);
	sock_set(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	request(&peers[0]);
	request(&peers[1]);
	peer_send(&peers[0], SEG_PSH | SEG_ACK, 10);
	request(late);
	peer_send(&peers[1], SEG_PSH | SEG_ACK, 10);
	for (int i = 0; i < 2; i++)
		EXPECT_VERDICT(peers[i].host, peers[i].self, 0,
			       "open.outcome=established state=ESTABLISHED anomalies=");
	peer_send(late, SEG_ACK, 0);
	EXPECT_EQ(1, tcp_ext("TCPDeferAcceptDrop"));
	EXPECT_EQ(0, tcp_ext("ListenOverflows"));
	EXPECT_VERDICT(late->host, late->self, 0,
		       "open.outcome=in_progress state=SYN_RECV anomalies!~accept_queue_full");
	peer_send(late, SEG_PSH | SEG_ACK, 10);
	EXPECT_EQ(1, tcp_ext("TCPDeferAcceptDrop"));
	EXPECT_EQ(1, tcp_ext("ListenOverflows"));
	EXPECT_VERDICT(late->host, late->self, 0,
		       "open.outcome=in_progress state=SYN_RECV anomalies~accept_queue_full");
	EXPECT_JUDGED(&self->world);
}

/* Send the SYNs that come from now on to one listener of a group with SO_REUSEPORT. */
static void choose_listener(int fd, unsigned int nth)
{
	struct sock_filter code = { BPF_RET | BPF_K, 0, 0, nth };
	struct sock_fprog program = { 1, &code };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program)))
		die("SO_ATTACH_REUSEPORT_CBPF");
}

static int grouped_listener(int family, const struct endpoint *at)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(at, family, &sa);
	int fd = sock_new(family);

	sock_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind(fd, (struct sockaddr *)&sa, len) || listen(fd, 1))
		die("a listener of a group");
	return fd;
}

/*
 * This test will have two listeners on one port. The queue of one is full: that is why it
 * refuses a third ACK, and not why the other, which defers accept, drops one.
 */
TEST_F_TIMEOUT(open, accept_queue_of_another, USUAL)
{
	struct world *world = &self->world;
	struct peer peers[4];
	struct peer *refused = &peers[2], *deferred = &peers[3];
	int full, other;

	sysctl_set("ipv4/tcp_syncookies", "0");
	wire_open(&world->wire, world->family);
	for (int i = 0; i < 4; i++)
		peers[i] = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);
	full = grouped_listener(world->family, &peers[0].host);
	other = grouped_listener(world->family, &peers[0].host);
	sock_set(other, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	choose_listener(full, 0);
	request(&peers[0]);
	request(&peers[1]);
	peer_send(&peers[0], SEG_ACK, 0);
	request(refused);
	peer_send(&peers[1], SEG_ACK, 0);
	choose_listener(full, 1);
	request(deferred);
	peer_send(deferred, SEG_ACK, 0);
	EXPECT_EQ(1, tcp_ext("TCPDeferAcceptDrop"));
	EXPECT_EQ(0, tcp_ext("ListenOverflows"));
	EXPECT_VERDICT(deferred->host, deferred->self, 0, "state=SYN_RECV anomalies=");
	peer_send(refused, SEG_ACK, 0);
	EXPECT_EQ(1, tcp_ext("ListenOverflows"));
	EXPECT_VERDICT(refused->host, refused->self, 0,
		       "state=SYN_RECV anomalies~accept_queue_full");
	peer_send(deferred, SEG_PSH | SEG_ACK, 10);
	sock_accept(other);
	EXPECT_VERDICT(deferred->host, deferred->self, 0,
		       "open.outcome=established state=ESTABLISHED anomalies=");
	EXPECT_JUDGED(world);
}

/*
 * This test will have a listener of two drop a SYN for its full queue of requests, while
 * the accept queue of the other is full: which it was, nobody can tell.
 */
TEST_F_TIMEOUT(open, syn_queue_of_another, USUAL + 120)
{
	struct world *world = &self->world;
	struct peer peers[5];
	struct peer *dropped = &peers[4];
	int group;	/* any of its sockets */

	sysctl_set("ipv4/tcp_syncookies", "0");
	wire_open(&world->wire, world->family);
	for (int i = 0; i < 5; i++)
		peers[i] = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);
	group = grouped_listener(world->family, &peers[0].host);
	grouped_listener(world->family, &peers[0].host);
	choose_listener(group, 0);
	for (int i = 0; i < 2; i++)
		request(&peers[i]);
	for (int i = 0; i < 2; i++)
		peer_send(&peers[i], SEG_ACK, 0);
	choose_listener(group, 1);
	for (int i = 2; i < 4; i++)
		request(&peers[i]);
	peer_send(dropped, SEG_SYN, 0);
	EXPECT_TRUE(peer_silent(dropped, 100));
	EXPECT_EQ(0, tcp_ext("ListenOverflows"));
	EXPECT_EQ(1, tcp_ext("ListenDrops"));
	need(ledger_says(&dropped->host, &dropped->self, "live", "false"), 100000);
	EXPECT_VERDICT(dropped->host, dropped->self, 0,
		       "open.outcome=dropped anomalies~syn_dropped anomalies!~accept_queue_full "
		       "anomalies!~syn_queue_full");
	EXPECT_JUDGED(world);
}

static int connect_with_data(int family, const struct endpoint *to)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(to, family, &sa);
	int fd = sock_new(family);

	if (sendto(fd, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&sa, len) != 5)
		die("sendto with MSG_FASTOPEN");
	return fd;
}

/* This test will fetch a Fast Open cookie, then send data in a SYN with it. */
TEST_F_TIMEOUT(open, fastopen, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);

	sysctl_set("ipv4/tcp_fastopen", "3");
	sock_set(p.listener, IPPROTO_TCP, TCP_FASTOPEN, 8);
	for (int with_cookie = 0; with_cookie < 2; with_cookie++) {
		const char *fast = with_cookie ? "true" : "false";

		p.client = connect_with_data(variant->family, &p.s);
		p.c = sock_local(p.client);
		p.server = sock_accept(p.listener);
		EXPECT_EQ(5, sock_receive(p.server, 5));
		need(sock_state(p.server) == TCP_ESTABLISHED, DEADLINE_MS);
		EXPECT_VERDICT(p.c, p.s, 0,
			       "open.role=active open.outcome=established open.fastopen=%s "
			       "state=ESTABLISHED owner.pid=%d", fast, getpid());
		EXPECT_VERDICT(p.s, p.c, 0,
			       "open.role=passive open.outcome=established open.fastopen=%s "
			       "state=ESTABLISHED anomalies%sfastopen anomalies!~illegal_transition",
			       fast, with_cookie ? "~" : "!~");
	}
}

/*
 * This test will let an old SYN arrive before the new client's own (RFC 9293,
 * figure 9): the client answers the SYN/ACK with an RST, then connects.
 */
TEST_F_TIMEOUT(open, stale_syn, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	struct segment stale = { .win = 1000, .flags = SEG_SYN, .mss = -1, .wscale = -1 };
	char match[96];

	p.c = loopback(variant->family);
	p.c.port = PORT;
	snprintf(match, sizeof(match), "tcp dport %u tcp flags syn tcp sequence != %u", p.s.port,
		 STALE_SEQ);
	drop_start(match);
	p.client = sock_bound(variant->family, &p.c);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(p.client, variant->family, &p.s));
	need(drop_count(), DEADLINE_MS);
	stale.src = p.c;
	stale.dst = p.s;
	stale.seq = STALE_SEQ;
	raw_send(&stale);
	need(ledger_says(&p.s, &p.c, "live", "false"), DEADLINE_MS);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=reset close.kind=none close.reset_by=remote "
		       "open.remote_isn=%u", STALE_SEQ);
	drop_control_stop(&self->world);
	p.server = sock_accept(p.listener);
	EXPECT_EQ(2, records_of(&p.s, &p.c));
	EXPECT_VERDICT(p.s, p.c, 1,
		       "open.role=passive open.outcome=established state=ESTABLISHED");
	EXPECT_EQ(1, records_of(&p.c, &p.s));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active open.outcome=established state=ESTABLISHED "
		       "open.syn_retransmits=%u anomalies~stale_synack",
		       self->world.space[0].dropped);
}

/* This test will answer a SYN with an old SYN/ACK first, then with the right one. */
TEST_F_TIMEOUT(open, stale_synack, USUAL)
{
	struct segment stale;
	struct peer peer;

	wire_connect(&self->world, &peer);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	stale = peer_segment(&peer, SEG_SYN | SEG_ACK, 0);
	stale.seq += 5000;
	stale.ack += 5000;
	wire_send(&self->world.wire, &stale);
	peer_expect(&peer, SEG_RST, DEADLINE_MS);
	EXPECT_EQ(stale.ack, peer.got.seq);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=SYN_SENT open.outcome=in_progress");
	/* The kernel then sends its SYN again without waiting for the timer's second. */
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	peer_send(&peer, SEG_SYN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=active open.outcome=established state=ESTABLISHED "
		       "close.reset_by=null open.syn_retransmits=1 anomalies~stale_synack");
}

/*
 * This test will crash the client without a segment and connect it again with
 * the same ports (RFC 9293, figure 10): the server's challenge ACK finds it out.
 */
TEST_F_TIMEOUT(open, half_open, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	int first;

	p.c = loopback(variant->family);
	p.c.port = PORT;
	p.client = sock_bound(variant->family, &p.c);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	first = sock_accept(p.listener);
	sock_set(p.client, IPPROTO_TCP, TCP_REPAIR, 1);
	close(p.client);

	p.client = sock_bound(variant->family, &p.c);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.server = sock_accept(p.listener);
	EXPECT_EQ(ECONNRESET, sock_error(first));
	EXPECT_EQ(2, records_of(&p.s, &p.c));
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.outcome=established close.kind=reset close.reset_by=remote "
		       "close.error=ECONNRESET live=false @ESTABLISHED/CLOSE=segment "
		       "anomalies~half_open anomalies~challenge_ack anomalies~stale_syn");
	EXPECT_VERDICT(p.s, p.c, 1, "open.role=passive open.outcome=established state=ESTABLISHED");
	EXPECT_EQ(2, records_of(&p.c, &p.s));
	/* Repair mode goes from ESTABLISHED to CLOSE by design. */
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established live=false @ESTABLISHED/CLOSE=user "
		       "anomalies!~illegal_transition");
	EXPECT_VERDICT(p.c, p.s, 1,
		       "open.role=active open.outcome=established state=ESTABLISHED "
		       "open.syn_retransmits=1");
}

#define CONNECTS	12

struct connector {
	pthread_t thread;
	int family;
	struct endpoint to[CONNECTS];
	struct endpoint from[CONNECTS];
};

static void *connect_all(void *arg)
{
	struct connector *c = arg;

	for (int i = 0; i < CONNECTS; i++) {
		int fd = sock_new(c->family);

		if (sock_connect(fd, c->family, &c->to[i]))
			die("connect");
		c->from[i] = sock_local(fd);
	}
	return NULL;
}

/* This test will connect from two threads at once to many ports. */
TEST_F_TIMEOUT(open, two_threads, USUAL)
{
	struct connector c[2] = { { .family = variant->family }, { .family = variant->family } };
	struct endpoint at = loopback(variant->family);
	struct ledger ledger;
	char wanted[128];

	for (int i = 0; i < CONNECTS; i++)
		for (int t = 0; t < 2; t++)
			c[t].to[i] = sock_local(sock_listen(variant->family, &at, 8));
	for (int t = 0; t < 2; t++)
		ASSERT_EQ(0, pthread_create(&c[t].thread, NULL, connect_all, &c[t]));
	for (int t = 0; t < 2; t++)
		ASSERT_EQ(0, pthread_join(c[t].thread, NULL));
	snprintf(wanted, sizeof(wanted),
		 "open.role=active open.outcome=established owner.pid=%d anomalies=", getpid());
	ledger_read(&ledger);
	EXPECT_EQ(2 * 2 * CONNECTS, (int)ledger.n);
	for (int t = 0; t < 2; t++) {
		for (int i = 0; i < CONNECTS; i++) {
			struct endpoint *from = &c[t].from[i], *to = &c[t].to[i];

			EXPECT_EQ(0, record_check(ledger_find(&ledger, from, to, 0), wanted));
			EXPECT_EQ(0, record_check(ledger_find(&ledger, to, from, 0),
						  "open.role=passive open.outcome=established "
						  "anomalies="));
		}
	}
	ledger_free(&ledger);
}

TEST_HARNESS_MAIN
