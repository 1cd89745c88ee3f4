// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that wait in a socket's backlog, because a task holds the socket: the
 * hook saw them long before TCP takes them, in the context of that task. A send()
 * of memory that userfaultfd(2) withholds keeps the socket for as long as it takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/judge/ends.h"
#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"
#include "lib/world/router.h"

#define SENT		100	/* bytes of the send() that holds the socket */
#define PATH_NS		1000000	/* how long a segment is on its way */
#define EARLY_NS	200000	/* longer than close() takes */
#define EARLY_STEP_NS	4000

WORLD_FIXTURE(backlog);

/**
 * struct holder - a task that holds a socket
 * @fd: the socket
 * @fault: to give the memory that send() waits for
 * @page: that memory
 * @size: of it
 * @thread: the task
 */
struct holder {
	int fd;
	int fault;
	void *page;
	size_t size;
	pthread_t thread;
};

static void *send_page(void *arg)
{
	struct holder *h = arg;

	/* What came meanwhile may have ended the connection: that is the test's matter. */
	send(h->fd, h->page, SENT, MSG_NOSIGNAL | MSG_DONTWAIT);
	return NULL;
}

/* Return once the task waits for the memory, and so has the socket. */
static void hold(struct holder *h, int fd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg msg;

	h->fd = fd;
	h->size = sysconf(_SC_PAGESIZE);
	h->fault = syscall(SYS_userfaultfd, O_CLOEXEC);
	h->page = mmap(NULL, h->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range = (struct uffdio_range){ (uintptr_t)h->page, h->size };
	if (h->fault < 0 || h->page == MAP_FAILED || ioctl(h->fault, UFFDIO_API, &api) ||
	    ioctl(h->fault, UFFDIO_REGISTER, &reg))
		die("userfaultfd");
	if (pthread_create(&h->thread, NULL, send_page, h))
		die("thread");
	if (read(h->fault, &msg, sizeof(msg)) != sizeof(msg) || msg.event != UFFD_EVENT_PAGEFAULT)
		die("no page fault");
}

/* Let the task go on, which takes the backlog; return when it has. */
static void release(struct holder *h)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)h->page, h->size } };

	if (ioctl(h->fault, UFFDIO_ZEROPAGE, &zero))
		die("UFFDIO_ZEROPAGE");
	pthread_join(h->thread, NULL);
	close(h->fault);
	munmap(h->page, h->size);
}

/* Entries of the only record that are segments with these flags and this "accepted". */
static int entries_of(const struct endpoint *local, const struct endpoint *remote, uint8_t flags,
		      const char *accepted)
{
	struct ledger ledger;
	json_object *log;
	int n = 0;

	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, local, remote, 0), "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		n += entry_is(entry, "segment") && !strcmp(record_text(entry, "dir"), "in") &&
		     (entry_flags(entry) & (SEG_CONTROL | SEG_ACK)) == flags &&
		     !strcmp(record_text(entry, "accepted"), accepted);
	}
	ledger_free(&ledger);
	return n;
}

static int entries(const struct peer *peer, uint8_t flags, const char *accepted)
{
	return entries_of(&peer->host, &peer->self, flags, accepted);
}

/* An established socket whose task holds it: what the peer sends from now on waits. */
static int established_and_held(struct world *world, struct peer *peer, struct holder *h)
{
	int fd = wire_established(world, peer);

	world_unjudged(world, JUDGE_ACKS,
		       "the next ACK is taken for the answer to what waits in the backlog");
	hold(h, fd);
	return fd;
}

/* This test will let a FIN wait: CLOSE_WAIT begins when the task goes on, by that FIN. */
TEST_F_TIMEOUT(backlog, fin, USUAL)
{
	struct holder h;
	struct peer peer;
	int fd = established_and_held(&self->world, &peer, &h);

	peer_send(&peer, SEG_PSH | SEG_ACK, 10);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	need(entries(&peer, SEG_FIN | SEG_ACK, "null") == 1, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=ESTABLISHED live=true close.kind=null close.first=null");
	release(&h);
	need(sock_state(fd) == TCP_CLOSE_WAIT, DEADLINE_MS);
	EXPECT_EQ(1, entries(&peer, SEG_FIN | SEG_ACK, "true"));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=CLOSE_WAIT close.first=remote @ESTABLISHED/CLOSE_WAIT=segment "
		       "bytes_received=10");
}

/* This test will let an RST wait, which ends the connection under the task that sends. */
TEST_F_TIMEOUT(backlog, reset, USUAL)
{
	struct holder h;
	struct peer peer;
	int fd = established_and_held(&self->world, &peer, &h);

	peer_send(&peer, SEG_RST, 0);
	need(entries(&peer, SEG_RST, "null") == 1, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=ESTABLISHED live=true");
	release(&h);
	need(record_over(&peer), DEADLINE_MS);
	EXPECT_EQ(1, entries(&peer, SEG_RST, "true"));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.reset_by=remote close.error=ECONNRESET live=false "
		       "@ESTABLISHED/CLOSE=segment");
	close(fd);
}

/* This test will let data, a FIN and an RST wait together: each moves what it moves. */
TEST_F_TIMEOUT(backlog, fin_then_reset, USUAL)
{
	struct holder h;
	struct peer peer;
	int fd = established_and_held(&self->world, &peer, &h);

	peer_send(&peer, SEG_PSH | SEG_ACK, 10);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_send(&peer, SEG_RST, 0);
	need(entries(&peer, SEG_RST, "null") == 1, DEADLINE_MS);
	release(&h);
	need(record_over(&peer), DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote close.error=EPIPE "
		       "live=false @ESTABLISHED/CLOSE_WAIT=segment @CLOSE_WAIT/CLOSE=segment "
		       "bytes_received=10");
	close(fd);
}

/*
 * This test will let a SYN and an RST beside the exact number wait: TCP refuses
 * them when the task goes on, and tells the peer what it expects.
 */
TEST_F_TIMEOUT(backlog, refused, USUAL)
{
	struct segment blind;
	struct holder h;
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	world_unjudged(&self->world, JUDGE_ACKS | JUDGE_ACCEPTED,
		       "of what waits in the backlog only the last segment is followed");
	hold(&h, fd);
	blind = peer_segment(&peer, SEG_SYN, 0);
	wire_send(peer.wire, &blind);
	blind = peer_segment(&peer, SEG_RST, 0);
	blind.seq += 1000;
	wire_send(peer.wire, &blind);
	need(entries(&peer, SEG_RST, "null") == 1, DEADLINE_MS);
	release(&h);
	need(entries(&peer, SEG_RST, "false") == 1, DEADLINE_MS);
	/* Of two that wait the module follows the last one; of the SYN it knows nothing. */
	EXPECT_EQ(1, entries(&peer, SEG_SYN, "null") + entries(&peer, SEG_SYN, "false"));
	EXPECT_LT(0, kernel_counter("TcpExt", "TCPChallengeACK"));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(fd));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=ESTABLISHED live=true close.kind=null close.reset_by=null "
		       "anomalies~challenge_ack anomalies~blind_reset");
}

/* This test will fill the backlog: an RST for which there is no room decides nothing. */
TEST_F_TIMEOUT(backlog, full, USUAL)
{
	struct segment data, rst;
	struct holder h;
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	sock_set(fd, SOL_SOCKET, SO_RCVBUF, 1);
	sock_set(fd, SOL_SOCKET, SO_SNDBUF, 1);
	hold(&h, fd);
	/* Each with a gap before it, so that the backlog cannot merge them. */
	data = peer_segment(&peer, SEG_PSH | SEG_ACK, 100);
	for (int i = 0; i < 1000 && !kernel_counter("TcpExt", "TCPBacklogDrop"); i++) {
		data.seq += 200;
		wire_send(peer.wire, &data);
	}
	ASSERT_LT(0, kernel_counter("TcpExt", "TCPBacklogDrop"));
	rst = peer_segment(&peer, SEG_RST, 0);
	wire_send(peer.wire, &rst);
	need(entries(&peer, SEG_RST, "false") == 1, DEADLINE_MS);
	release(&h);
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(fd));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=ESTABLISHED live=true close.kind=null close.reset_by=null");
	EXPECT_EQ(0, entries(&peer, SEG_RST, "true"));
}

/* Ends by segments that had waited for a program to let the socket go, as the kernel traced it. */
static unsigned int ended_out_of_backlog(struct trace *trace)
{
	unsigned int n = 0;

	trace_drain(trace);
	for (size_t i = 0; i < trace->n; i++) {
		const struct trace_event *ev = &trace->list[i];

		n += ev->kind == TRACE_STATE && ev->from == TCP_FIN_WAIT1 && ev->to == TCP_CLOSE &&
		     ev->by == BY_SEGMENT && ev->backlog;
	}
	return n;
}

/* Close the client so long after a byte left for it, which takes PATH_NS to come. */
static void close_when(const struct pair *p, int64_t ns)
{
	int64_t sent;

	sock_send(p->server, 1, 0);
	sent = now_ns();
	while (now_ns() < sent + ns)
		;
	close(p->client);
	need(sock_state(p->server) == TCP_CLOSE, DEADLINE_MS);
	close(p->server);
}

/*
 * This test will have data come while close() runs, which takes it out of the backlog
 * when nobody is left to read it. The moment is sought: a little earlier each time.
 */
TEST_F_TIMEOUT(backlog, data_into_close, USUAL)
{
	struct world *world = &self->world;
	struct pair p = { .family = variant->family };
	int64_t early = 0;

	world_add_router(world);
	world_enter(world, ROUTER);
	run("tc qdisc add dev left root netem delay %dus", PATH_NS / 1000);
	world_enter(world, RIGHT);
	p.s = router_end(world, RIGHT, FAR_PORT);
	p.listener = sock_listen(variant->family, &p.s, 8);
	world_enter(world, LEFT);
	for (; early < EARLY_NS && !ended_out_of_backlog(&world->trace); early += EARLY_STEP_NS) {
		pair_connect(&p);
		close_when(&p, PATH_NS - early);
	}
	EXPECT_EQ(1U, ended_out_of_backlog(&world->trace));
	EXPECT_LT(0, kernel_counter("TcpExt", "TCPAbortOnData"));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.first=local close.reset_by=local live=false "
		       "@ESTABLISHED/FIN_WAIT1=user @FIN_WAIT1/CLOSE=segment bytes_received=0");
	EXPECT_EQ(1, entries_of(&p.c, &p.s, SEG_ACK, "false"));
	EXPECT_EQ(0, judge_ends(world));
}

TEST_HARNESS_MAIN
