// SPDX-License-Identifier: GPL-2.0
/* Readers and writers at once: what stays is read exactly once, whatever comes and goes. */
#include <fcntl.h>
#include <linux/tcpledger.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/module.h"

#define LASTING		100	/* connections that stay, so twice as many records */
#define ROUNDS		(slow_kernel() ? 4 : 15)
#define IDS_MAX		(1 << 20)
#define RECORD_MAX	(sizeof(struct tcpledger_record) +	\
			 TCPLEDGER_LOG_MAX * sizeof(struct tcpledger_entry))

WORLD_FIXTURE(files_race);

struct churn {
	int family;
	atomic_bool stop;
	atomic_uint connections;
};

static void *churn(void *arg)
{
	struct churn *c = arg;
	struct pair p = pair_listen(c->family, 64);

	for (; !c->stop; c->connections++) {
		pair_connect(&p);
		sock_reset(p.client);
		close(p.server);
	}
	return NULL;
}

/* Ids of a reading, each with how often it came. */
static unsigned char seen[IDS_MAX];

static void see(uint64_t id)
{
	if (id >= IDS_MAX)
		die("id %llu", (unsigned long long)id);
	seen[id]++;
}

static int judge_seen(uint64_t lasting, const char *what)
{
	int wrong = 0;

	for (uint64_t id = 1; id < IDS_MAX; id++)
		if (seen[id] > 1 || (id <= lasting && !seen[id])) {
			if (wrong++ < 10)
				say("%s: record %llu comes %d times", what,
				    (unsigned long long)id, seen[id]);
		}
	memset(seen, 0, sizeof(seen));
	return wrong;
}

/* Lines of the text begin with the id. Pieces of odd sizes make many reads of it. */
static int read_text(const char *path, const char *format, size_t piece)
{
	char *text = NULL, *rest, *line;
	size_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	do {
		text = realloc(text, len + piece + 1);
		n = read(fd, text + len, piece);
		len += n > 0 ? n : 0;
	} while (n > 0);
	if (n < 0)
		die("%s", path);
	text[len] = '\0';
	close(fd);
	for (rest = text; (line = strsep(&rest, "\n"));) {
		unsigned long long id;

		/* "# N records were evicted" is not the record with that number. */
		if (strncmp(line, "# ", 2) && sscanf(line, format, &id) == 1)
			see(id);
	}
	free(text);
	return 0;
}

/* A torn record would have a size that its log denies, or times out of order. */
static int judge_whole(const struct tcpledger_record *r, const struct tcpledger_entry *e)
{
	int wrong = r->size != sizeof(*r) + r->log_n * sizeof(*e) || !r->lport || !r->rport;

	for (uint32_t i = 1; i < r->log_n; i++)
		wrong += e[i].t_ns < e[i - 1].t_ns && e[i].from != TCPLEDGER_STATE_LISTEN &&
			 e[i - 1].from != TCPLEDGER_STATE_LISTEN;
	if (wrong)
		say("record %llu is torn", (unsigned long long)r->id);
	return wrong;
}

static int read_records(size_t piece)
{
	char *buf = aligned_alloc(8, (piece + 7) & ~7UL);
	int fd = open(LEDGER_PROC "/records", O_RDONLY | O_CLOEXEC), wrong = 0;
	ssize_t n, at = sizeof(struct tcpledger_header);

	while ((n = read(fd, buf, piece)) > 0) {
		for (; at < n; at += ((struct tcpledger_record *)(buf + at))->size) {
			struct tcpledger_record *r = (void *)(buf + at);

			wrong += judge_whole(r, (void *)(r + 1));
			see(r->id);
		}
		at = 0;
	}
	if (n < 0)
		die("records");
	close(fd);
	free(buf);
	return wrong;
}

/* This test will read while another thread makes records and ends them. */
TEST_F_TIMEOUT(files_race, exactly_once, 1200)
{
	struct churn c = { .family = variant->family };
	struct pair p = pair_listen(variant->family, 64);
	unsigned int then = 0;
	pthread_t thread;

	world_unjudged(&self->world, JUDGE_ALL, "records are evicted all the time");
	module_reload("max_connections=8192 history=4096");
	for (int i = 0; i < LASTING; i++)
		pair_connect(&p);
	ASSERT_EQ(2 * LASTING, ledger_stat("records_total"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, churn, &c));
	for (int i = 0; i < ROUNDS; i++) {
		need(c.connections > then, DEADLINE_MS);
		then = c.connections;
		read_text(LEDGER_PROC "/connections", " %llu ", 97);
		EXPECT_EQ(0, judge_seen(2 * LASTING, "connections"));
		read_text(LEDGER_PROC "/log", "#%llu ", 4096);
		EXPECT_EQ(0, judge_seen(2 * LASTING, "log"));
		EXPECT_EQ(0, read_records(i % 2 ? RECORD_MAX : 65536));
		EXPECT_EQ(0, judge_seen(2 * LASTING, "records"));
	}
	c.stop = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	say("%u connections meanwhile", c.connections);
}

/* This test will let a small history be evicted all the time while it is read. */
TEST_F_TIMEOUT(files_race, evictions, 300)
{
	struct churn c = { .family = variant->family };
	struct pair p = pair_listen(variant->family, 64);
	pthread_t thread;

	world_unjudged(&self->world, JUDGE_ALL, "records are evicted all the time");
	module_reload("max_connections=512 history=256");
	for (int i = 0; i < LASTING; i++)
		pair_connect(&p);
	ASSERT_EQ(0, pthread_create(&thread, NULL, churn, &c));
	need(ledger_stat("evicted_history") > 100, DEADLINE_MS);
	for (int i = 0; i < ROUNDS; i++) {
		read_text(LEDGER_PROC "/connections", " %llu ", 97);
		EXPECT_EQ(0, judge_seen(2 * LASTING, "connections"));
		EXPECT_EQ(0, read_records(65536));
		EXPECT_EQ(0, judge_seen(2 * LASTING, "records"));
		EXPECT_GE(512, ledger_stat("records_total"));
	}
	c.stop = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));
}

TEST_HARNESS_MAIN
