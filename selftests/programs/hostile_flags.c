// SPDX-License-Identifier: GPL-2.0
/*
 * Every combination of flags in every state: what TCP does with it is seen by the
 * kernel's trace, its table of sockets and a capture, and the ledger says the same.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "lib/peer/held.h"
#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"

#define FLAGS		256
#define FLAGS_MOVING	32	/* FIN, SYN, RST, PSH, ACK */
#define VARIANTS	3
#define CLOSED_PORT	4999

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

FIXTURE(hostile_flags) {
};

FIXTURE_VARIANT(hostile_flags) {
	int family;
};

FIXTURE_VARIANT_ADD(hostile_flags, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(hostile_flags, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(hostile_flags)
{
}

FIXTURE_TEARDOWN(hostile_flags)
{
}

enum fate {
	FATE_UNKNOWN,
	FATE_TAKEN,	/* TCP changed a state by it */
	FATE_REFUSED,	/* thrown away for a reason, or answered with a challenge */
};

/**
 * struct target - an endpoint of the kernel in some state
 * @fd: its socket, -1 where it has none or the kernel has it alone
 * @peer: the test's end
 * @seg: the segment that it got
 * @fate: what the kernel did with that
 * @reason: why it was thrown away, if the kernel told
 */
struct target {
	int fd;
	struct peer peer;
	struct segment seg;
	enum fate fate;
	uint32_t reason;
};

/**
 * struct surroundings - what all targets of a test share
 * @world: world, its wire open
 * @listener: at WIRE_PORT
 */
struct surroundings {
	struct world *world;
	int listener;
};

static void reach_listen(struct surroundings *s, struct target *t)
{
	t->fd = -1;
	/* Any acknowledgment number will do, and the first SYN has any number. */
	t->peer.ack = 12345;
}

static void reach_closed_port(struct surroundings *s, struct target *t)
{
	reach_listen(s, t);
	t->peer.host.port = CLOSED_PORT;
}

static void reach_syn_sent(struct surroundings *s, struct target *t)
{
	t->fd = sock_new(s->world->family);
	if (sock_connect_start(t->fd, s->world->family, &t->peer.self) != EINPROGRESS)
		die("connect to the far end");
	peer_expect(&t->peer, SEG_SYN, DEADLINE_MS);
}

static void reach_syn_recv(struct surroundings *s, struct target *t)
{
	t->fd = -1;
	peer_send(&t->peer, SEG_SYN, 0);
	peer_expect(&t->peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
}

static void reach_established(struct surroundings *s, struct target *t)
{
	t->fd = wire_serve(s->listener, &t->peer);
}

static void reach_fin_wait1(struct surroundings *s, struct target *t)
{
	reach_established(s, t);
	shutdown(t->fd, SHUT_WR);
	peer_expect(&t->peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
}

static void reach_fin_wait2(struct surroundings *s, struct target *t)
{
	reach_fin_wait1(s, t);
	peer_send(&t->peer, SEG_ACK, 0);
}

static void reach_fin_wait2_orphan(struct surroundings *s, struct target *t)
{
	reach_established(s, t);
	wire_to_fin_wait2(t->fd, &t->peer);
	t->fd = -1;
}

static void reach_close_wait(struct surroundings *s, struct target *t)
{
	reach_established(s, t);
	peer_send(&t->peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&t->peer, SEG_ACK, DEADLINE_MS);
}

static void reach_closing(struct surroundings *s, struct target *t)
{
	reach_fin_wait1(s, t);
	/* A FIN that does not acknowledge theirs. */
	t->peer.ack--;
	peer_send(&t->peer, SEG_FIN | SEG_ACK, 0);
	t->peer.ack++;
	peer_expect(&t->peer, SEG_ACK, DEADLINE_MS);
}

static void reach_last_ack(struct surroundings *s, struct target *t)
{
	reach_close_wait(s, t);
	shutdown(t->fd, SHUT_WR);
	peer_expect(&t->peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
}

static void reach_time_wait(struct surroundings *s, struct target *t)
{
	reach_established(s, t);
	wire_to_time_wait(t->fd, &t->peer);
	t->fd = -1;
}

/* What a listener and a closed port make no record of, and the RSTs that answer it. */
static unsigned int strays_of(uint8_t flags, bool listens)
{
	const uint8_t four = SEG_CONTROL | SEG_ACK;
	bool rst;

	if ((flags & four) == SEG_SYN)
		return 0;
	rst = !(flags & SEG_RST) && (flags & SEG_ACK || !listens);
	return !!(flags & SEG_CONTROL) + rst;
}

/*
 * The segment that is sent: in its place, beyond the window, or with the
 * acknowledgment of what was never sent.
 */
static struct segment spoil(const struct peer *peer, uint8_t flags, unsigned int variant)
{
	struct segment seg = peer_segment(peer, flags, 0);

	if (variant == 1)
		seg.seq += 1 << 24;
	else if (variant == 2 && flags & SEG_ACK)
		seg.ack += 1 << 24;
	return seg;
}

/* Counted when TCP refuses a segment that fits its connection. */
static int64_t refusals(void)
{
	return kernel_counter("TcpExt", "TCPChallengeACK") +
	       kernel_counter("TcpExt", "TCPSYNChallenge") +
	       kernel_counter("TcpExt", "PAWSEstab") + kernel_counter("Tcp", "InErrs");
}

/* Is it this segment that was thrown away? Others are freed meanwhile, by timers too. */
static bool is_drop_of(const struct trace_event *ev, const struct segment *seg)
{
	return ev->kind == TRACE_DROP && ev->segment.seq == seg->seq &&
	       ev->segment.flags == seg->flags;
}

/* Send a segment, which TCP has processed then, and see what it did with it. */
static void send_and_look(struct world *world, struct target *t)
{
	int64_t since = now_ns(), refused = refusals();
	bool moved = false, threw_away = false;

	wire_send(&world->wire, &t->seg);
	t->reason = 0;
	trace_drain(&world->trace);
	for (size_t i = world->trace.n; i--;) {
		const struct trace_event *ev = &world->trace.list[i];

		if (ev->ns < since)
			break;
		moved |= ev->kind == TRACE_PROCESS && ev->moved;
		threw_away |= ev->kind == TRACE_PROCESS && ev->refused;
		if (ev->kind == TRACE_PROCESS || is_drop_of(ev, &t->seg))
			t->reason = ev->reason ? ev->reason : t->reason;
	}
	/* A SYN can end a timewait socket, and the listener throw it away for its other flags. */
	if (threw_away || t->reason)
		t->fate = FATE_REFUSED;
	else if (moved)
		t->fate = FATE_TAKEN;
	else
		t->fate = refusals() > refused ? FATE_REFUSED : FATE_UNKNOWN;
}

/* The entry of the segment that a target got, in the newest record that has it; or NULL. */
static json_object *entry_of(const struct ledger *ledger, const struct target *t)
{
	const struct endpoint *host = &t->peer.host, *peer = &t->peer.self;
	json_object *rec, *found = NULL;

	for (size_t nth = 0; (rec = ledger_find(ledger, host, peer, nth)); nth++) {
		json_object *log = record_at(rec, "log");

		for (size_t i = 0; i < json_object_array_length(log); i++) {
			json_object *entry = json_object_array_get_idx(log, i);

			if (entry_is(entry, "segment") && entry_flags(entry) == t->seg.flags &&
			    !strcmp(record_text(entry, "dir"), "in") &&
			    (uint32_t)record_int(entry, "seq") == t->seg.seq &&
			    (uint32_t)record_int(entry, "ack") == t->seg.ack)
				found = entry;
		}
	}
	return found;
}

/* That the ledger says of each segment what became of it. */
static int judge_fates(const struct ledger *ledger, const struct target *target, unsigned int n)
{
	static const char *const told[] = { "null", "true", "false" };
	int wrong = 0;

	for (unsigned int i = 0; i < n; i++) {
		const struct target *t = &target[i];
		json_object *entry = entry_of(ledger, t);
		const char *accepted = entry ? record_text(entry, "accepted") : "null";

		if (!entry || t->fate == FATE_UNKNOWN || !strcmp(accepted, told[t->fate]))
			continue;
		say("flags %#x, peer's port %u: accepted %s, the kernel: %s", t->seg.flags,
		    t->peer.self.port, accepted, t->fate == FATE_TAKEN ? "moved by it" :
		    t->reason ? trace_reason(t->reason) : "counted a refusal");
		wrong++;
	}
	return wrong;
}

/**
 * struct target_state - a state, and how a connection gets there
 * @reach: brings one there
 * @stateless: there is no connection yet, so most segments belong to no record
 * @listens: and a SYN makes one
 */
struct target_state {
	void (*reach)(struct surroundings *s, struct target *t);
	bool stateless;
	bool listens;
};

/*
 * Send one combination to each of many targets. In 'make check' those of the five
 * flags that move something, each once, so as one variant or another.
 */
static void torture(struct surroundings *s, struct target *target,
		    const struct target_state *state, unsigned int variant)
{
	struct world *world = s->world;

	for (unsigned int flags = 0; flags < times(FLAGS_MOVING, FLAGS); flags++) {
		struct target *t = &target[flags];

		t->peer = peer_at(&world->wire, FAR_PORT + flags, WIRE_PORT);
		state->reach(s, t);
		t->seg = spoil(&t->peer, flags, times((variant + flags) % VARIANTS, variant));
		send_and_look(world, t);
		if (state->stateless)
			world->space[0].strays += strays_of(flags, state->listens);
	}
	wire_drain(&world->wire);
}

static int judge_torture(int family, const struct target_state *state, unsigned int variant)
{
	static struct target target[FLAGS];
	struct surroundings s;
	struct world world;
	struct ledger ledger;
	struct held held;
	int wrong;

	world_open(&world, family);
	held = hold(family);
	s = (struct surroundings){ &world, wire_listen(&world, 1024) };
	torture(&s, target, state, variant);
	ledger_read(&ledger);
	wrong = judge(&world) + judge_held(&held);
	wrong += judge_fates(&ledger, target, times(FLAGS_MOVING, FLAGS));
	ledger_free(&ledger);
	pair_close_orderly(&held.live);
	wrong += verdict(&held.live.c, &held.live.s, 0, "close.kind=four_segment anomalies= "
			 "bytes_sent=0 log_dropped=0 partial=false state=TIME_WAIT");
	for (unsigned int i = 0; i < times(FLAGS_MOVING, FLAGS); i++)
		if (target[i].fd >= 0)
			sock_reset(target[i].fd);
	close(s.listener);
	world_close(&world);
	if (wrong)
		say("variant %u: %d wrong", variant, wrong);
	return wrong;
}

/* A world for each variant: the judges compare each record with each. */
static int judge_state(int family, const struct target_state *state)
{
	unsigned int first = family == AF_INET6;
	int wrong = 0;

	for (unsigned int i = 0; i < times(1, VARIANTS); i++)
		wrong += judge_torture(family, state, (first + i) % VARIANTS);
	return wrong;
}

#define STATE_TEST(name, ...)							\
	TEST_F_TIMEOUT(hostile_flags, name, 600)				\
	{									\
		static const struct target_state state = {			\
			.reach = reach_##name, __VA_ARGS__			\
		};								\
										\
		EXPECT_EQ(0, judge_state(variant->family, &state));		\
	}

STATE_TEST(listen, .stateless = true, .listens = true)
STATE_TEST(closed_port, .stateless = true)
STATE_TEST(syn_sent)
STATE_TEST(syn_recv)
STATE_TEST(established)
STATE_TEST(fin_wait1)
STATE_TEST(fin_wait2)
STATE_TEST(fin_wait2_orphan)
STATE_TEST(close_wait)
STATE_TEST(closing)
STATE_TEST(last_ack)
STATE_TEST(time_wait)

TEST_HARNESS_MAIN
