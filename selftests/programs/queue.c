// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that a program holds in NFQUEUE, before or behind the place where the
 * ledger sees them. TCP then gets them in the program's own context, later, in
 * another order, or not at all.
 */
/* Before those of the kernel, which then leave out what it has. */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/test.h"

#define QUEUE		1
#define BEFORE		0		/* priority of a filter */
#define BEHIND		2147483646	/* between the ledger and TCP */
#define SERVED		3000		/* bytes */

/**
 * struct queue - a program that decides about all that comes to this namespace
 * @fd: netlink socket
 * @stop: to end it
 * @thread: it
 * @hold: the first segment with one of these flags is held
 * @held: number of that packet, 0 while there is none
 * @seen: segments so far
 */
struct queue {
	int fd;
	int stop;
	pthread_t thread;
	atomic_uint hold;
	atomic_uint held;
	atomic_uint seen;
};

FIXTURE(queue) {
	struct world world;
	struct queue queue;
};

FIXTURE_VARIANT(queue) {
	int family;
	int priority;
};

FIXTURE_VARIANT_ADD(queue, before) { .family = AF_INET, .priority = BEFORE };
FIXTURE_VARIANT_ADD(queue, behind) { .family = AF_INET, .priority = BEHIND };
FIXTURE_VARIANT_ADD(queue, before_ipv6) { .family = AF_INET6, .priority = BEFORE };
FIXTURE_VARIANT_ADD(queue, behind_ipv6) { .family = AF_INET6, .priority = BEHIND };

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

/* One message with one attribute, to the queue. */
static void tell(struct queue *queue, int type, int attribute, const void *data, size_t len)
{
	struct {
		struct nlmsghdr nlh;
		struct nfgenmsg nfg;
		struct nlattr nla;
		uint8_t data[16];
	} msg = {
		.nlh.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type,
		.nlh.nlmsg_flags = NLM_F_REQUEST,
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(msg.nfg)) + NLA_HDRLEN + len,
		.nfg.res_id = htons(QUEUE),
		.nla = { .nla_len = NLA_HDRLEN + len, .nla_type = attribute },
	};

	memcpy(msg.data, data, len);
	if (send(queue->fd, &msg, msg.nlh.nlmsg_len, 0) < 0)
		die("NFQUEUE: message %d", type);
}

static void decide(struct queue *queue, uint32_t id, uint32_t verdict)
{
	struct nfqnl_msg_verdict_hdr v = { .verdict = htonl(verdict), .id = htonl(id) };

	tell(queue, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, &v, sizeof(v));
}

static void handle(struct queue *queue, const uint8_t *data, size_t len)
{
	const struct nlmsghdr *nlh = (const void *)data;
	const uint8_t *at = data + NLMSG_LENGTH(sizeof(struct nfgenmsg)), *end = data + len;
	struct segment seg = { 0 };
	uint32_t id = 0;

	if (nlh->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
		return;
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *nla = (const void *)at;

		if ((nla->nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR)
			id = ntohl(((const struct nfqnl_msg_packet_hdr *)(nla + 1))->packet_id);
		if ((nla->nla_type & NLA_TYPE_MASK) == NFQA_PAYLOAD)
			packet_parse(at + NLA_HDRLEN, nla->nla_len - NLA_HDRLEN,
				     nla->nla_len - NLA_HDRLEN, &seg);
		at += NLA_ALIGN(nla->nla_len);
	}
	queue->seen++;
	if (seg.flags & queue->hold) {
		queue->hold = 0;
		queue->held = id;
		return;
	}
	decide(queue, id, NF_ACCEPT);
}

static void *run_queue(void *arg)
{
	static uint8_t data[1 << 17];
	struct queue *queue = arg;
	struct pollfd fds[2] = { { queue->fd, POLLIN }, { queue->stop, POLLIN } };

	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		ssize_t len = recv(queue->fd, data, sizeof(data), 0);

		if (len <= 0)
			die("NFQUEUE");
		handle(queue, data, len);
	}
	return NULL;
}

static void queue_start(struct queue *queue, int priority)
{
	struct nfqnl_msg_config_cmd bind = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params copy = {
		.copy_range = htonl(0xffff), .copy_mode = NFQNL_COPY_PACKET,
	};

	memset(queue, 0, sizeof(*queue));
	run("modprobe nfnetlink_queue");
	queue->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	queue->stop = eventfd(0, EFD_CLOEXEC);
	if (queue->fd < 0 || queue->stop < 0)
		die("netlink socket");
	tell(queue, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind, sizeof(bind));
	tell(queue, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &copy, sizeof(copy));
	if (pthread_create(&queue->thread, NULL, run_queue, queue))
		die("thread");
	run("nft 'add table inet selftest_queue; "
	    "add chain inet selftest_queue input { type filter hook input priority %d; }; "
	    "add rule inet selftest_queue input meta l4proto tcp queue to %d'", priority, QUEUE);
}

FIXTURE_SETUP(queue)
{
	world_open(&self->world, variant->family);
	queue_start(&self->queue, variant->priority);
}

FIXTURE_TEARDOWN(queue)
{
	eventfd_write(self->queue.stop, 1);
	pthread_join(self->queue.thread, NULL);
	close(self->queue.stop);
	close(self->queue.fd);
	world_close(&self->world);
}

/* Segments with these flags that the record of a connection's server says came in. */
static int logged(const struct pair *p, uint8_t flags)
{
	struct ledger ledger;
	json_object *log;
	int n = 0;

	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, &p->s, &p->c, 0), "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		n += entry_is(entry, "segment") && !strcmp(record_text(entry, "dir"), "in") &&
		     entry_flags(entry) & flags;
	}
	ledger_free(&ledger);
	return n;
}

/* This test will pass all segments of a connection through the queue. */
TEST_F_TIMEOUT(queue, accepted, USUAL)
{
	struct pair p = pair_open(variant->family);

	pair_serve(&p, SERVED);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active close.kind=four_segment close.first=local "
		       "bytes_sent=%d state=TIME_WAIT anomalies=", SERVED);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive close.kind=four_segment close.first=remote "
		       "bytes_received=%d live=false anomalies=", SERVED);
	EXPECT_LT(6, (int)self->queue.seen);
}

/*
 * This test will hold the client's FIN while other segments overtake it: only when
 * it is let go does the server move, and by that FIN.
 */
TEST_F_TIMEOUT(queue, fin_overtaken, USUAL)
{
	struct pair p = pair_open(variant->family);

	self->queue.hold = SEG_FIN;
	shutdown(p.client, SHUT_WR);
	need(self->queue.held, DEADLINE_MS);
	sock_send(p.server, SERVED, 0);
	EXPECT_EQ(SERVED, sock_receive(p.client, SERVED));
	EXPECT_EQ(variant->priority == BEHIND, logged(&p, SEG_FIN));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(p.server));
	EXPECT_VERDICT(p.s, p.c, 0, "state=ESTABLISHED live=true close.first=null");
	decide(&self->queue, self->queue.held, NF_ACCEPT);
	need(sock_state(p.server) == TCP_CLOSE_WAIT, DEADLINE_MS);
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	need(sock_state(p.client) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local bytes_received=%d", SERVED);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote live=false "
		       "@ESTABLISHED/CLOSE_WAIT=segment");
}

/* This test will drop the client's RST in the queue: the server knows nothing of it. */
TEST_F_TIMEOUT(queue, reset_dropped, USUAL)
{
	struct pair p = pair_open(variant->family);

	self->queue.hold = SEG_RST;
	sock_reset(p.client);
	need(self->queue.held, DEADLINE_MS);
	decide(&self->queue, self->queue.held, NF_DROP);
	EXPECT_EQ(variant->priority == BEHIND, logged(&p, SEG_RST));
	if (variant->priority == BEFORE)
		self->world.space[0].dropped++;
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(p.server));
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=reset close.reset_by=local live=false");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "state=ESTABLISHED live=true close.kind=null close.first=null "
		       "close.reset_by=null");
	/* There is no such connection any more, says the client's host to the FIN. */
	shutdown(p.server, SHUT_WR);
	need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=reset close.first=local close.reset_by=remote live=false "
		       "@FIN_WAIT1/CLOSE=segment");
}

/* This test will hold a SYN until the next one has opened the connection. */
TEST_F_TIMEOUT(queue, syn_overtaken, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);

	self->queue.hold = SEG_SYN;
	p.client = sock_new(variant->family);
	sock_connect_start(p.client, variant->family, &p.s);
	p.c = sock_local(p.client);
	need(self->queue.held, DEADLINE_MS);
	EXPECT_EQ(variant->priority == BEHIND, records_of(&p.s, &p.c));
	/* The SYN is sent again and passes; the first one comes after all, as an old duplicate. */
	p.server = sock_accept(p.listener);
	need(sock_state(p.client) == TCP_ESTABLISHED, DEADLINE_MS);
	decide(&self->queue, self->queue.held, NF_ACCEPT);
	pair_serve(&p, SERVED);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established close.kind=four_segment open.syn_retransmits=1");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.outcome=established close.kind=four_segment bytes_received=%d "
		       "open.syn_retransmits=1 live=false", SERVED);
	EXPECT_EQ(2, records_all());
}

TEST_HARNESS_MAIN
