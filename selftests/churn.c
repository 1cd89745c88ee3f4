// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces that come and go with connections in them, readers that read as no
 * program does, one tuple used again and again, floods, and all of it at once, on
 * two CPUs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcpledger.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ending.h"
#include "lib/module.h"
#include "lib/test.h"

#define SPACES		times(40, 2000)
#define READINGS	times(200, 2000)	/* of each reader */
#define FLOOD		times(1500, 50000)	/* SYNs, RSTs and FINs while all goes on, each */
#define OWN_PORT	5100	/* from which one tuple is used again and again */
#define LIMITS		"max_connections=4096 history=2048 max_embryonic=512"
#define MOST		4096
#define SPACE_THREADS	2
#define READERS		2
#define PIECE_MAX	70000
#define JUMPS		3	/* of a reading, less than */
#define GONE_MS		900000	/* namespaces die one after the other */

/**
 * struct churn - what the threads share
 * @stop: it is enough
 * @connections: made in the test's namespace
 * @reused: connections that each took the tuple of the one before
 * @spaces: namespaces made and left
 * @wrong: what readers found wrong
 * @world: the test's namespace, for the wire in it
 * @victim: peer of a connection to which RSTs and FINs are forged
 * @victim_fd: this host's end of it
 */
struct churn {
	atomic_bool stop;
	atomic_uint connections;
	atomic_uint reused;
	atomic_uint spaces;
	atomic_uint wrong;
	struct world world;
	struct peer victim;
	int victim_fd;
};

static struct churn churn;

FIXTURE(churn) {
	int initial;
};

FIXTURE_SETUP(churn)
{
	self->initial = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->initial);
	module_reload(LIMITS);
	memset(&churn, 0, sizeof(churn));
}

FIXTURE_TEARDOWN(churn)
{
}

/* One namespace with a connection that is open, over, or in TIME_WAIT when it is left. */
static void use_space(unsigned int i)
{
	struct pair p;

	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	p = pair_open(i % 2 ? AF_INET : AF_INET6);
	if (i % 3 == 0)
		sock_reset(p.client);
	else if (i % 3 == 1)
		pair_close_orderly(&p);
	else
		close(p.client);
	if (i % 3 != 1)
		close(p.server);
	close(p.listener);
}

static void *use_spaces(void *arg)
{
	while (!churn.stop) {
		unsigned int i = churn.spaces++;

		if (i >= SPACES) {
			churn.spaces--;
			break;
		}
		use_space(i);
	}
	return NULL;
}

static void *connect_and_end(void *arg)
{
	struct pair p = pair_listen(AF_INET, 64);

	for (unsigned int i = 0; !churn.stop; i++) {
		pair_connect(&p);
		sock_send(p.client, 100, 0);
		sock_receive(p.server, 100);
		if (i % 2) {
			pair_close_orderly(&p);
		} else {
			sock_reset(p.client);
			close(p.server);
		}
		churn.connections++;
	}
	return NULL;
}

/* Connect and reset from one port, as fast as it goes: each takes over the tuple. */
static void *reuse_tuple(void *arg)
{
	struct pair p = pair_listen(AF_INET, 64);

	p.c = loopback(AF_INET);
	p.c.port = OWN_PORT;
	for (; !churn.stop; churn.reused++) {
		p.client = sock_bound(AF_INET, &p.c);
		if (sock_connect(p.client, AF_INET, &p.s))
			die("connect from port %u", OWN_PORT);
		p.server = sock_accept(p.listener);
		sock_reset(p.client);
		need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
		close(p.server);
	}
	return NULL;
}

static void wrong(const char *what, const char *path, size_t n)
{
	say("%s: %s (%zu)", path, what, n);
	churn.wrong++;
}

/* Only a seek to the begin is defined. Any other must do no harm. */
static void jump(int fd, const char *path, unsigned int *seed)
{
	static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	char buf[4096];
	off_t to = rand_r(seed) % (1 << 20);

	if (rand_r(seed) % 2) {
		if (lseek(fd, to, whence[rand_r(seed) % 3]) < 0 && errno != EINVAL)
			wrong("fails a seek", path, to);
		if (read(fd, buf, 1 + rand_r(seed) % sizeof(buf)) < 0 && errno != EINVAL)
			wrong("cannot be read behind a seek", path, to);
	}
	if (lseek(fd, 0, SEEK_SET))
		wrong("does not seek to 0", path, to);
}

/* A whole reading of a text file in random pieces: it is lines to its end. */
static void read_text(const char *path, unsigned int *seed)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), jumps = rand_r(seed) % JUMPS;
	static __thread char buf[PIECE_MAX];
	bool ended = false;
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		die("%s", path);
	for (;;) {
		n = read(fd, buf, rand_r(seed) % 8 ? 1 + rand_r(seed) % PIECE_MAX :
							 1 + rand_r(seed) % 8);
		if (n <= 0)
			break;
		ended = buf[n - 1] == '\n';
		if (memchr(buf, 0, n))
			wrong("has a NUL byte", path, total);
		total += n;
		if (jumps && !(rand_r(seed) % 8)) {
			jump(fd, path, seed);
			jumps--;
		}
	}
	if (n < 0)
		die("read of %s", path);
	if (total && !ended)
		wrong("ends within a line", path, total);
	close(fd);
}

/* What one read() of the binary file gave is whole records, after the head. */
static void judge_piece(const char *path, const char *buf, size_t n, bool begin)
{
	size_t at = begin ? sizeof(struct tcpledger_header) : 0;

	while (at < n) {
		const struct tcpledger_record *rec = (const void *)(buf + at);

		if (n - at < sizeof(*rec) || rec->size > n - at ||
		    rec->size != sizeof(*rec) + rec->log_n * sizeof(struct tcpledger_entry) ||
		    !rec->id || rec->log_n > TCPLEDGER_LOG_MAX ||
		    rec->state >= TCPLEDGER_STATE_MAX) {
			wrong("a torn record", path, at);
			return;
		}
		at += rec->size;
	}
}

static void read_binary(const char *path, unsigned int *seed)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), jumps = rand_r(seed) % JUMPS;
	static __thread char buf[PIECE_MAX] __attribute__((aligned(8)));
	bool begin = true;
	ssize_t n;

	if (fd < 0)
		die("%s", path);
	for (;;) {
		n = read(fd, buf, 1 + rand_r(seed) % PIECE_MAX);
		/* Too small a piece for the next record: it is still the next. */
		if (n < 0 && errno == EINVAL)
			continue;
		if (n <= 0)
			break;
		judge_piece(path, buf, n, begin);
		begin = false;
		if (jumps && !(rand_r(seed) % 8)) {
			jump(fd, path, seed);
			jumps--;
			begin = true;
		}
	}
	if (n < 0)
		die("read of %s", path);
	close(fd);
}

static void *read_files(void *arg)
{
	static const char *const text[] = { "connections", "log", "timewait", "stats" };
	unsigned int seed = *(unsigned int *)arg;

	for (unsigned int i = 0; i < READINGS; i++) {
		char path[64];

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", text[i % 4]);
		if (i % 5 == 4)
			read_binary(LEDGER_PROC "/records", &seed);
		else
			read_text(path, &seed);
	}
	return NULL;
}

/* To closed ports. What comes after a SYN there is its record's, so these are not. */
static void send_nobody(unsigned int i, uint8_t flags)
{
	struct wire *wire = &churn.world.wire;
	struct peer peer = peer_at(wire, 1024 + i % 60000, flags == SEG_SYN ? 1 + i % 3 : 4);
	struct segment seg = peer_segment(&peer, flags, 0);

	seg.seq = i * 2654435761u;
	wire_send(wire, &seg);
}

/* RSTs in the window, FINs beyond it: neither is the victim's peer's. */
static void send_forged(unsigned int i)
{
	struct segment seg = peer_segment(&churn.victim, i % 2 ? SEG_RST : SEG_FIN | SEG_ACK, 0);

	seg.seq += i % 2 ? 1 + i % 1000 : 1 << 24;
	wire_send(&churn.world.wire, &seg);
}

/* Floods over a device of this namespace, and a connection that must outlive them. */
static void *flood(void *arg)
{
	struct world *world = &churn.world;
	int listener;

	world->family = AF_INET;
	world->wire.fd = -1;
	listener = wire_listen(world, 64);
	churn.victim = peer_at(&world->wire, FAR_PORT, WIRE_PORT);
	churn.victim_fd = wire_serve(listener, &churn.victim);
	for (unsigned int i = 0; i < FLOOD; i++) {
		send_nobody(i, SEG_SYN);
		send_nobody(i, SEG_RST);
		send_nobody(i, SEG_FIN | SEG_ACK);
		send_forged(i);
		if (i % 64 == 63)
			wire_drain(&world->wire);
	}
	wire_drain(&world->wire);
	close(listener);
	return NULL;
}

/* After all that, and with a log that is full: it ends, and its record says how. */
static int judge_victim(void)
{
	struct peer *peer = &churn.victim;
	int bad = sock_state(churn.victim_fd) != TCP_ESTABLISHED;

	peer_send(peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
	close(churn.victim_fd);
	peer_expect(peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
	return bad + verdict(&peer->host, &peer->self, 0,
			       "open.outcome=established close.kind=four_segment "
			       "close.first=remote close.half_close_ns>=1 live=false partial=false "
			       "log_dropped>=1 anomalies~blind_reset anomalies~challenge_ack "
			       "@ESTABLISHED/CLOSE_WAIT=segment @LAST_ACK/CLOSE=segment");
}

static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, arg))
		die("thread");
	return thread;
}

static void finish(pthread_t *thread, int n)
{
	for (int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/* Records of dead namespaces that the initial one got: what it did not make itself. */
static int64_t inherited(void)
{
	static const char *const gone[] = {
		"evicted_history", "evicted_failed", "evicted_embryonic", "evicted_tuple",
		"evicted_inherited",
	};
	int64_t n = ledger_stat("records_total") - ledger_stat("records_created");

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		n += ledger_stat(gone[i]);
	return n;
}

/* This test will make and leave namespaces from two threads while the initial one is read. */
TEST_F_TIMEOUT(churn, namespaces, 3000)
{
	unsigned int seed = 1, then;
	pthread_t maker[SPACE_THREADS], reader;

	ASSERT_EQ(0, setns(self->initial, CLONE_NEWNET));
	need(!inherited() || ledger_stat("records_total"), DEADLINE_MS);
	then = inherited();
	for (int i = 0; i < SPACE_THREADS; i++)
		maker[i] = start(use_spaces, NULL);
	reader = start(read_files, &seed);
	finish(maker, SPACE_THREADS);
	finish(&reader, 1);
	EXPECT_EQ(SPACES, churn.spaces);
	/* Two records of each, no more and no less. */
	need(inherited() - then >= 2 * SPACES, GONE_MS);
	EXPECT_EQ(2 * SPACES, inherited() - then);
	EXPECT_GE(MOST, ledger_stat("records_total"));
	EXPECT_EQ(0, churn.wrong);
	EXPECT_EQ(0, ledger_stat("not_kept_memory") + ledger_stat("not_kept_total"));
}

/* This test will read in random pieces, from two threads, while connections come and go. */
TEST_F_TIMEOUT(churn, readers, 3000)
{
	unsigned int seeds[READERS] = { 20240229, 20240301 };
	pthread_t reader[READERS], traffic;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	traffic = start(connect_and_end, NULL);
	for (int i = 0; i < READERS; i++)
		reader[i] = start(read_files, &seeds[i]);
	finish(reader, READERS);
	churn.stop = true;
	finish(&traffic, 1);
	EXPECT_EQ(0, churn.wrong);
	EXPECT_EQ(2 * churn.connections, ledger_stat("records_created"));
	EXPECT_EQ(2 * churn.connections, ledger_stat("opens_established") +
		  ledger_stat("records_live"));
	EXPECT_EQ(0, judge_balance());
	say("%u connections, %u readings", churn.connections, READERS * READINGS);
}

/* This test will do all that at once. */
TEST_F_TIMEOUT(churn, all_at_once, 3000)
{
	unsigned int seeds[READERS] = { 7, 8 };
	pthread_t worker[READERS + SPACE_THREADS + 1], traffic[2];
	unsigned int connections;
	int n = 0;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	traffic[0] = start(connect_and_end, NULL);
	traffic[1] = start(reuse_tuple, NULL);
	for (int i = 0; i < READERS; i++)
		worker[n++] = start(read_files, &seeds[i]);
	for (int i = 0; i < SPACE_THREADS; i++)
		worker[n++] = start(use_spaces, NULL);
	worker[n++] = start(flood, NULL);
	finish(worker, n);
	churn.stop = true;
	finish(traffic, 2);
	EXPECT_EQ(0, churn.wrong);
	EXPECT_EQ(SPACES, churn.spaces);
	EXPECT_GE(MOST, ledger_stat("records_total"));
	EXPECT_EQ(0, ledger_stat("not_kept_memory") + ledger_stat("not_kept_total") +
		  ledger_stat("not_kept_full"));
	connections = churn.connections + churn.reused;
	EXPECT_EQ(2 * connections + FLOOD + 1, ledger_stat("records_created"));
	EXPECT_EQ(FLOOD, ledger_stat("opens_refused"));
	/* Each RST, each FIN, and the RST that answers it. */
	EXPECT_EQ(3 * FLOOD, ledger_stat("stray_segments"));
	EXPECT_EQ(0, judge_victim());
	EXPECT_EQ(0, judge_balance());
	say("%u connections, %u of them on one tuple, %u namespaces, %u readings, %u SYNs, "
	    "RSTs and FINs each", connections, churn.reused, churn.spaces, READERS * READINGS,
	    FLOOD);
}

TEST_HARNESS_MAIN
