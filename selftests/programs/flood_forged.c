// SPDX-License-Identifier: GPL-2.0
/*
 * Floods of forged RSTs and FINs: no connection is moved by them, each is counted,
 * and what truly ends a connection has its place in a log that they have filled.
 */
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/peer/flood.h"
#include "lib/peer/held.h"
#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define FORGED		(slow_kernel() ? 96 : times(384, 9600))	/* segments of each form */
#define VICTIMS		6
#define REAL		2	/* connections made while the segments of a form come */
#define REAL_SEGMENTS	4	/* of each: SYN, SYN/ACK, ACK, RST */
#define FORMS_MAX	16
#define CLOSED_PORT	4999
#define GAP		1000	/* within the window */
#define FAR_OFF		(1 << 24)	/* beyond it */
#define CLOCK		1000000	/* of those victims that have timestamps */
#define TIMER_MS	70000	/* 2MSL, and what the kernel's timer wheel adds */

WORLD_FIXTURE(flood_forged);

enum target { VICTIM, CLOSED, LISTENER };

/**
 * enum answer - what the kernel makes of a forged segment
 * @NOTHING: throws it away
 * @CHALLENGE: sends a challenge ACK, but not to each (RFC 5961 section 7)
 * @CHALLENGE_OR_NOTHING: that, if the kernel follows RFC 5961 section 5.2: 7.3 does, 6.12
 *	does not
 * @AN_ACK: says what it expects
 * @AN_ACK_AT_TIMES: the same, but not to each
 * @AN_RST: refuses it
 */
enum answer { NOTHING, CHALLENGE, CHALLENGE_OR_NOTHING, AN_ACK, AN_ACK_AT_TIMES, AN_RST };

/**
 * struct form - a way to forge a segment
 * @name: what it is
 * @to: whom it is sent to
 * @flags: its flags
 * @seq: how far its number is from the one that is expected
 * @ack: how far its acknowledgment is from what was sent
 * @answer: what comes back
 * @old: its timestamp is one of the past, where there are any
 */
struct form {
	const char *name;
	enum target to;
	uint8_t flags;
	int seq;
	int ack;
	enum answer answer;
	bool old;
};

static const struct form established[] = {
	/* The number after it is the one that the answer acknowledges. */
	{ "FIN of the past", VICTIM, SEG_FIN | SEG_ACK, -1, 0, AN_ACK, true },
	{ "RST in the window", VICTIM, SEG_RST, GAP, 0, CHALLENGE },
	{ "RST,ACK in the window", VICTIM, SEG_RST | SEG_ACK, GAP, FAR_OFF, CHALLENGE },
	{ "RST beyond the window", VICTIM, SEG_RST, FAR_OFF, 0, NOTHING },
	{ "RST before the window", VICTIM, SEG_RST, -FAR_OFF, 0, NOTHING },
	{ "FIN without ACK", VICTIM, SEG_FIN, 0, 0, NOTHING },
	{ "FIN that acknowledges what was not sent", VICTIM, SEG_FIN | SEG_ACK, 0, FAR_OFF,
	  CHALLENGE_OR_NOTHING },
	{ "FIN with an old acknowledgment", VICTIM, SEG_FIN | SEG_ACK, 0, -FAR_OFF, CHALLENGE },
	{ "FIN beyond the window", VICTIM, SEG_FIN | SEG_ACK, FAR_OFF, 0, AN_ACK },
	{ "FIN before the window", VICTIM, SEG_FIN | SEG_ACK, -FAR_OFF, 0, AN_ACK },
	{ "FIN beyond a gap", VICTIM, SEG_FIN | SEG_ACK, GAP, 0, AN_ACK },
};

static const struct form from_nobody[] = {
	{ "RST to a closed port", CLOSED, SEG_RST, 0, 0, NOTHING },
	{ "RST,ACK to a closed port", CLOSED, SEG_RST | SEG_ACK, 0, 0, NOTHING },
	{ "FIN to a closed port", CLOSED, SEG_FIN, 0, 0, AN_RST },
	{ "FIN,ACK to a closed port", CLOSED, SEG_FIN | SEG_ACK, 0, 0, AN_RST },
	{ "RST to a listener", LISTENER, SEG_RST, 0, 0, NOTHING },
	{ "FIN to a listener", LISTENER, SEG_FIN, 0, 0, NOTHING },
	{ "FIN,ACK to a listener", LISTENER, SEG_FIN | SEG_ACK, 0, 0, AN_RST },
};

static const struct form waiting[] = {
	{ "RST beyond TIME_WAIT's window", VICTIM, SEG_RST, FAR_OFF, 0, NOTHING },
	{ "RST before TIME_WAIT's window", VICTIM, SEG_RST, -FAR_OFF, 0, NOTHING },
	{ "FIN beyond TIME_WAIT's window", VICTIM, SEG_FIN | SEG_ACK, FAR_OFF, 0,
	  AN_ACK_AT_TIMES },
	{ "FIN before TIME_WAIT's window", VICTIM, SEG_FIN | SEG_ACK, -FAR_OFF, 0,
	  AN_ACK_AT_TIMES },
};

/**
 * struct place - a namespace under attack, where no judge listens: nobody could read all that
 * @wire: the attacker's
 * @family: AF_INET or AF_INET6
 * @listener: at WIRE_PORT
 * @limited: the kernel answers out-of-window segments of a connection twice a second at most
 * @victim: peers of connections that the attacker knows the tuples of
 * @fd: this host's ends of them, -1 where a timewait socket has it
 * @listening: of the real connections beside
 * @real: these
 * @n: how many
 */
struct place {
	struct wire *wire;
	int family;
	int listener;
	bool limited;
	struct peer victim[VICTIMS];
	int fd[VICTIMS];
	struct pair listening;
	struct pair real[FORMS_MAX * REAL];
	int n;
};

/**
 * struct counts - what the ledger, the kernel and the wire have counted
 * @in: segments that the ledger saw come
 * @stray: those without a record, both ways
 * @made: records
 * @malformed: segments
 * @kernel_in: segments that came, the kernel says
 * @kernel_rsts: RSTs it sent
 * @challenges: challenge ACKs it sent
 * @not_sent: challenge ACKs that its limit forbade
 * @not_acked: ACKs of its timewait sockets that its limit forbade
 * @acks: ACKs on the wire
 * @rsts: RSTs on the wire
 */
struct counts {
	int64_t in, stray, made, malformed;
	int64_t kernel_in, kernel_rsts, challenges, not_sent, not_acked;
	int64_t acks, rsts;
};

static struct counts count(void)
{
	return (struct counts){
		.in = ledger_stat("segments_in"),
		.stray = ledger_stat("stray_segments"),
		.made = ledger_stat("records_created"),
		.malformed = ledger_stat("malformed_segments"),
		.kernel_in = kernel_counter("Tcp", "InSegs"),
		.kernel_rsts = kernel_counter("Tcp", "OutRsts"),
		.challenges = kernel_counter("TcpExt", "TCPChallengeACK"),
		.not_sent = kernel_counter("TcpExt", "TCPACKSkippedChallenge"),
		.not_acked = kernel_counter("TcpExt", "TCPACKSkippedTimeWait"),
	};
}

static void enter_place(struct place *p, struct world *world, bool limited)
{
	memset(p, 0, sizeof(*p));
	p->wire = &world->wire;
	p->family = world->family;
	p->limited = limited;
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	p->listener = wire_listen(world, 64);
	route_nobody(p->family, "wire0");
	if (!limited)
		sysctl_set("ipv4/tcp_invalid_ratelimit", "0");
	p->listening = pair_listen(p->family, 64);
	for (int i = 0; i < VICTIMS; i++) {
		p->victim[i] = peer_at(p->wire, FAR_PORT + i, WIRE_PORT);
		p->victim[i].timestamps = i % 2;
		p->victim[i].tsval = CLOCK;
		p->fd[i] = wire_serve(p->listener, &p->victim[i]);
	}
}

static struct segment forge(const struct place *p, const struct form *form, unsigned int i)
{
	struct segment seg = peer_segment(&p->victim[i % VICTIMS], form->flags, 0);

	seg.seq += form->seq;
	seg.ack += seg.flags & SEG_ACK ? form->ack : 0;
	seg.tsval -= form->old ? CLOCK / 2 : 0;
	if (form->to == VICTIM)
		return seg;
	seg.src = nobody(p->family, i);
	seg.seq = i * 2654435761u;
	if (form->to == CLOSED)
		seg.dst.port = CLOSED_PORT;
	return seg;
}

/* Take the answers off the wire, before its queue is full. */
static void collect(struct wire *wire, struct counts *c)
{
	struct segment seg;

	while (wire_receive(wire, &seg, 0)) {
		c->rsts += !!(seg.flags & SEG_RST);
		c->acks += (seg.flags & (SEG_CONTROL | SEG_ACK)) == SEG_ACK;
	}
}

static struct counts flood(struct place *p, const struct form *form)
{
	struct counts was = count(), now, seen = { 0 };

	for (unsigned int i = 0; i < FORGED; i++) {
		struct segment seg = forge(p, form, i);

		wire_send(p->wire, &seg);
		if (i % (FORGED / REAL) == 0)
			p->real[p->n++] = connect_and_reset(&p->listening);
		if (i % 64 == 63)
			collect(p->wire, &seen);
	}
	collect(p->wire, &seen);
	now = count();
	seen.in = now.in - was.in;
	seen.stray = now.stray - was.stray;
	seen.made = now.made - was.made;
	seen.malformed = now.malformed - was.malformed;
	seen.kernel_in = now.kernel_in - was.kernel_in;
	seen.kernel_rsts = now.kernel_rsts - was.kernel_rsts;
	seen.challenges = now.challenges - was.challenges;
	seen.not_sent = now.not_sent - was.not_sent;
	seen.not_acked = now.not_acked - was.not_acked;
	return seen;
}

static int differ(const struct form *form, const char *what, int64_t got, int64_t wanted)
{
	if (got != wanted)
		say("%s: %s %lld, not %lld", form->name, what, (long long)got, (long long)wanted);
	return got != wanted;
}

/* The kernel gave the answer that its rules say, so the segments were what they should be. */
static int judge_answers(const struct form *form, const struct counts *c, bool limited)
{
	int64_t challenges = c->challenges + c->not_sent;
	bool challenged = form->answer == CHALLENGE ||
			  (form->answer == CHALLENGE_OR_NOTHING && challenges);
	int64_t acks = form->answer == AN_ACK ? FORGED :
		       challenged ? c->challenges :
		       form->answer == AN_ACK_AT_TIMES ? FORGED - c->not_acked : 0;

	return differ(form, "the kernel got", c->kernel_in, FORGED + REAL * REAL_SEGMENTS) +
	       differ(form, "challenge ACKs, sent or not", challenges,
		      challenged ? FORGED : 0) +
	       differ(form, "ACKs on the wire", c->acks, acks) +
	       differ(form, "RSTs on the wire", c->rsts, form->answer == AN_RST ? FORGED : 0) +
	       differ(form, "RSTs of the kernel", c->kernel_rsts, c->rsts + REAL) +
	       differ(form, "whether all were answered",
		      !limited && c->not_sent + c->not_acked, false);
}

static int judge_counters(const struct form *form, const struct counts *c)
{
	return differ(form, "segments_in", c->in, c->kernel_in) +
	       differ(form, "stray_segments", c->stray,
		      form->to == VICTIM ? 0 : FORGED + c->rsts) +
	       differ(form, "records_created", c->made, 2 * REAL) +
	       differ(form, "malformed_segments", c->malformed, 0);
}

static int flood_forms(struct place *p, const struct form *form, size_t n)
{
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct counts c = flood(p, &form[i]);

		wrong += judge_answers(&form[i], &c, p->limited) + judge_counters(&form[i], &c);
		for (int v = 0; v < VICTIMS; v++)
			if (p->fd[v] >= 0)
				wrong += differ(&form[i], "the victim's state",
						sock_state(p->fd[v]), TCP_ESTABLISHED);
	}
	return wrong + judge_real(p->real, p->n);
}

/* The entry of a log that caused a change is the segment that truly did. */
static int judge_cause(json_object *rec, const char *from, const char *to, uint8_t flag,
		       uint32_t seq)
{
	json_object *log = record_at(rec, "log"), *entry = NULL, *cause;
	size_t n = json_object_array_length(log);

	for (size_t i = 0; i < n; i++) {
		entry = json_object_array_get_idx(log, i);
		if (entry_is(entry, "state") && !strcmp(record_text(entry, "from"), from) &&
		    !strcmp(record_text(entry, "to"), to))
			break;
		entry = NULL;
	}
	if (entry && !record_null(entry, "segment")) {
		cause = json_object_array_get_idx(log, record_int(entry, "segment"));
		if (entry_flags(cause) & flag && record_int(cause, "seq") == seq &&
		    !strcmp(record_text(cause, "accepted"), "true"))
			return 0;
	}
	say("record %s: %s -> %s is not by the segment %u: %s", record_text(rec, "id"), from, to,
	    seq, json_object_to_json_string(rec));
	return 1;
}

/**
 * struct farewell - a way to end a connection in earnest
 * @end: does it; the peer's FIN or RST has the number that the peer has now
 * @from: state that it ends
 * @to: what comes after
 * @flag: SEG_FIN or SEG_RST
 * @wanted: what the record says
 */
struct farewell {
	void (*end)(int fd, struct peer *peer);
	const char *from;
	const char *to;
	uint8_t flag;
	const char *wanted;
};

static void peer_closes_first(int fd, struct peer *peer)
{
	peer_send(peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
	close(fd);
	peer_expect(peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
}

static void peer_resets(int fd, struct peer *peer)
{
	peer_send(peer, SEG_RST, 0);
	need(sock_state(fd) == TCP_CLOSE, DEADLINE_MS);
	close(fd);
}

static const struct farewell farewells[] = {
	{ peer_closes_first, "ESTABLISHED", "CLOSE_WAIT", SEG_FIN,
	  "close.kind=four_segment close.first=remote close.reset_by=null live=false "
	  "close.half_close_ns>=1 @CLOSE_WAIT/LAST_ACK=user @LAST_ACK/CLOSE=segment" },
	{ wire_to_time_wait, "FIN_WAIT2", "TIME_WAIT", SEG_FIN,
	  "close.kind=four_segment close.first=local close.reset_by=null state=TIME_WAIT "
	  "close.half_close_ns>=1 @ESTABLISHED/FIN_WAIT1=user @FIN_WAIT1/FIN_WAIT2=segment" },
	{ peer_resets, "ESTABLISHED", "CLOSE", SEG_RST,
	  "close.kind=reset close.first=remote close.reset_by=remote live=false "
	  "close.error=ECONNRESET" },
};

#define FAREWELLS	(sizeof(farewells) / sizeof(*farewells))

/* What an open connection's record says after the flood. */
static int judge_victims(const struct place *p)
{
	int wrong = 0;

	for (int i = 0; i < VICTIMS; i++)
		wrong += verdict(&p->victim[i].host, &p->victim[i].self, 0,
				 "open.role=passive open.outcome=established state=ESTABLISHED "
				 "live=true partial=false close.kind=null close.first=null "
				 "close.remote_fin_ns=null log_dropped>=1 anomalies~blind_reset "
				 "anomalies~challenge_ack");
	return wrong;
}

/* End them, and see that each log has what ended it. */
static int end_victims(struct place *p)
{
	uint32_t seq[VICTIMS];
	struct ledger ledger;
	int wrong = 0, blind = 0;

	for (int i = 0; i < VICTIMS; i++) {
		seq[i] = p->victim[i].seq;
		farewells[i % FAREWELLS].end(p->fd[i], &p->victim[i]);
	}
	ledger_read(&ledger);
	for (int i = 0; i < VICTIMS; i++) {
		const struct farewell *f = &farewells[i % FAREWELLS];
		json_object *rec = ledger_find(&ledger, &p->victim[i].host, &p->victim[i].self, 0);

		wrong += record_check(rec, f->wanted);
		if (rec)
			wrong += judge_cause(rec, f->from, f->to, f->flag, seq[i]);
	}
	for (size_t i = 0; i < ledger.n; i++)
		blind += !!strstr(record_text(ledger.records[i], "anomalies"), "blind_reset");
	ledger_free(&ledger);
	if (ledger_stat("anomalies_blind_reset") != blind)
		say("blind_reset of %d records was counted %lld times", blind,
		    (long long)ledger_stat("anomalies_blind_reset"));
	return wrong + (ledger_stat("anomalies_blind_reset") != blind);
}

/* This test will forge RSTs and FINs to open connections, which then end in earnest. */
TEST_F_TIMEOUT(flood_forged, established, 6000)
{
	struct held held;
	struct place p;

	module_reload("");
	held = hold(variant->family);
	enter_place(&p, &self->world, true);
	EXPECT_EQ(0, flood_forms(&p, established, sizeof(established) / sizeof(*established)));
	EXPECT_EQ(0, judge_victims(&p));
	EXPECT_EQ(0, end_victims(&p));
	EXPECT_EQ(0, judge_balance());
	world_enter(&self->world, 0);
	EXPECT_EQ(0, judge_held(&held));
}

/* This test will do the same to a kernel that answers each. */
TEST_F_TIMEOUT(flood_forged, answered, 6000)
{
	struct place p;

	module_reload("");
	enter_place(&p, &self->world, false);
	EXPECT_EQ(0, flood_forms(&p, established, sizeof(established) / sizeof(*established)));
	EXPECT_EQ(0, judge_victims(&p));
	EXPECT_EQ(0, end_victims(&p));
	EXPECT_EQ(0, judge_balance());
}

/* This test will send RSTs and FINs of nobody to closed ports and a listener. */
TEST_F_TIMEOUT(flood_forged, from_nobody, 6000)
{
	struct place p;

	module_reload("");
	enter_place(&p, &self->world, true);
	EXPECT_EQ(0, flood_forms(&p, from_nobody, sizeof(from_nobody) / sizeof(*from_nobody)));
	EXPECT_EQ(VICTIMS + 2 * p.n, ledger_stat("records_created"));
	EXPECT_EQ(0, judge_balance());
}

/* One FIN that is the peer's, after those that only say so: the first is owed an answer. */
static int judge_time_wait(struct place *p, int i)
{
	const unsigned int fins = 2 * FORGED / VICTIMS;
	struct peer *peer = &p->victim[i];
	int wrong;

	wrong = verdict(&peer->host, &peer->self, 0,
			"state=TIME_WAIT live=true close.kind=four_segment time_wait.exit=null "
			"time_wait.restarts=%u time_wait.old_duplicates=%u time_wait.fin_reacks=0",
			fins, fins);
	/* The answer to a forged one may have been the last for this half second. */
	if (!peer_silent(peer, 600))
		die("something came to port %u", peer->self.port);
	peer_repeat_fin(peer);
	return wrong +
	       verdict(&peer->host, &peer->self, 0,
		       "state=TIME_WAIT live=true time_wait.exit=null time_wait.restarts=%u "
		       "time_wait.old_duplicates=%u time_wait.fin_reacks=1", fins + 1, fins);
}

/* How many sockets the kernel has in TIME_WAIT here. */
static int timewait_sockets(void)
{
	char *text = read_all("/proc/thread-self/net/sockstat"), *found = strstr(text, " tw ");
	int n;

	if (!found || sscanf(found, " tw %d", &n) != 1)
		die("no timewait sockets in: %s", text);
	free(text);
	return n;
}

/* This test will forge RSTs and FINs to TIME_WAIT, which then ends when it should. */
TEST_F_TIMEOUT(flood_forged, time_wait, 6000)
{
	struct place p;

	module_reload("");
	enter_place(&p, &self->world, true);
	for (int i = 0; i < VICTIMS; i++) {
		wire_to_time_wait(p.fd[i], &p.victim[i]);
		p.fd[i] = -1;
	}
	EXPECT_EQ(0, flood_forms(&p, waiting, sizeof(waiting) / sizeof(*waiting)));
	for (int i = 0; i < VICTIMS; i++)
		EXPECT_EQ(0, judge_time_wait(&p, i));
	EXPECT_EQ(VICTIMS, timewait_sockets());
	EXPECT_EQ(VICTIMS, ledger_stat("records_time_wait"));
	need(!timewait_sockets(), TIMER_MS);
	EXPECT_EQ(0, ledger_stat("records_time_wait"));
	for (int i = 0; i < VICTIMS; i++)
		EXPECT_VERDICT(p.victim[i].host, p.victim[i].self, 0,
			       "live=false time_wait.exit=expired time_wait.residence_exact=true "
			       "time_wait.residence_ns>=60000000000 @TIME_WAIT/CLOSE=timer");
	EXPECT_EQ(0, judge_balance());
}

TEST_HARNESS_MAIN
