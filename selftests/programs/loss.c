// SPDX-License-Identifier: GPL-2.0
/*
 * Minutes of connections over a path that loses, doubles and reorders. The path is
 * netem at a router between the ends: what each end sent and got is in its own
 * capture, and its ledger must tell of exactly that.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/ends.h"
#include "lib/test.h"
#include "lib/world/module.h"
#include "lib/world/router.h"

#define SERVER_PORT	6000
#define ROUNDS		times(4, 16)	/* of each way to end, in each family */
#define SERVED		4000		/* bytes each way */
#define PATIENCE_MS	900000		/* until even the unluckiest orphan is gone */

WORLD_FIXTURE(loss);

enum ending {
	CLIENT_FIRST, SERVER_FIRST, BOTH, HALF_CLOSE, CLIENT_RESETS, SERVER_RESETS, UNREAD, ENDINGS
};

/* Both directions, by the queues of the router's devices. */
static void make_lossy(struct world *world)
{
	world_enter(world, ROUTER);
	for (int i = LEFT; i <= RIGHT; i++)
		run("tc qdisc add dev %s root netem delay 20ms 10ms loss 10%% duplicate 5%% "
		    "reorder 20%% 50%%", i == LEFT ? "left" : "right");
	world_enter(world, LEFT);
}

/* Data from one end to the other; the path may be so bad that the connection dies. */
static void serve(int from, int to)
{
	char data[SERVED] = "";
	struct pollfd pfd = { .fd = to, .events = POLLIN };
	ssize_t n, got = 0;

	if (send(from, data, sizeof(data), MSG_NOSIGNAL) != sizeof(data))
		return;
	while (got < SERVED && poll(&pfd, 1, PATIENCE_MS) == 1) {
		n = recv(to, data, sizeof(data), 0);
		if (n <= 0)
			return;
		got += n;
	}
}

static void end_connection(struct pair *p, enum ending how)
{
	switch (how) {
	case CLIENT_FIRST:
		shutdown(p->client, SHUT_WR);
		wait_until(sock_state(p->server) != TCP_ESTABLISHED, PATIENCE_MS);
		break;
	case SERVER_FIRST:
		shutdown(p->server, SHUT_WR);
		wait_until(sock_state(p->client) != TCP_ESTABLISHED, PATIENCE_MS);
		break;
	case HALF_CLOSE:
		shutdown(p->client, SHUT_WR);
		wait_until(sock_state(p->server) != TCP_ESTABLISHED, PATIENCE_MS);
		serve(p->server, p->client);
		break;
	case CLIENT_RESETS:
		sock_reset(p->client);
		/* If the RST is lost, the next segment finds out. */
		send(p->server, "", 1, MSG_NOSIGNAL);
		wait_until(sock_state(p->server) == TCP_CLOSE, PATIENCE_MS);
		close(p->server);
		return;
	case SERVER_RESETS:
		sock_reset(p->server);
		send(p->client, "", 1, MSG_NOSIGNAL);
		wait_until(sock_state(p->client) == TCP_CLOSE, PATIENCE_MS);
		close(p->client);
		return;
	case UNREAD:
		sock_send(p->client, 100, 0);
		break;
	default:
		break;
	}
	close(p->client);
	close(p->server);
}

static bool all_over(struct world *world)
{
	struct ledger ledger;
	bool over = true;

	for (int i = LEFT; i <= RIGHT; i++) {
		world_enter(world, i);
		ledger_read(&ledger);
		for (size_t k = 0; k < ledger.n; k++)
			over &= !strcmp(record_text(ledger.records[k], "live"), "false");
		ledger_free(&ledger);
	}
	world_enter(world, LEFT);
	return over;
}

/* Accept, unless the third ACK was lost for ever. */
static bool open_connection(struct pair *p, const struct endpoint *to)
{
	struct pollfd pfd = { .fd = p->listener, .events = POLLIN };

	p->client = sock_new(p->family);
	if (sock_connect(p->client, p->family, to)) {
		close(p->client);
		return false;
	}
	p->c = sock_local(p->client);
	if (poll(&pfd, 1, PATIENCE_MS) != 1) {
		close(p->client);
		return false;
	}
	p->server = sock_accept(p->listener);
	p->s = sock_local(p->server);
	return true;
}

/*
 * This test will open, use and end connections in every way over a bad path, wait
 * until nothing of them is left, and compare both ends with their own captures.
 */
TEST_F_TIMEOUT(loss, every_end, 36000)
{
	struct world *world = &self->world;
	struct endpoint to = router_end(world, RIGHT, SERVER_PORT);
	struct pair p = { .family = variant->family };
	int opened = 0, connections = ROUNDS * ENDINGS;
	int64_t again = 0;

	world_unjudged(world, JUDGE_ACCEPTED,
		       "of copies that the wire made the trace does not tell which is which");
	world_unjudged(world, JUDGE_EXPORT,
		       "one of nine runs lacked a copy of a SYN/ACK there; why is not known");
	world_add_router(world);
	world_enter(world, RIGHT);
	p.listener = sock_listen(variant->family, &to, 64);
	world_enter(world, LEFT);
	make_lossy(world);
	for (int i = 0; i < connections; i++) {
		if (!open_connection(&p, &to))
			continue;
		opened++;
		serve(p.client, p.server);
		serve(p.server, p.client);
		end_connection(&p, i % ENDINGS);
	}
	EXPECT_LT(connections / 2, opened);
	need(all_over(world), PATIENCE_MS);
	for (int i = RIGHT; i >= LEFT; i--) {
		world_enter(world, i);
		EXPECT_EQ(0, ledger_stat("anomalies_illegal_transition"));
		EXPECT_EQ(0, ledger_stat("lost_log_entries"));
		EXPECT_EQ(0, judge_balance());
		again += ledger_stat("anomalies_fin_retransmit") +
			 ledger_stat("anomalies_syn_retransmit") +
			 ledger_stat("anomalies_time_wait_restarted");
	}
	EXPECT_EQ(connections, records_all());
	/* Else the path was good. */
	EXPECT_LT(0, again);
	EXPECT_EQ(0, judge_ends(world));
}

TEST_HARNESS_MAIN
