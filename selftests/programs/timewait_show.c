// SPDX-License-Identifier: GPL-2.0
/* 2MSL as people see it: the file timewait, the command, and what they add up. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define LOCALS		3
#define EXPIRY_MS	70000

WORLD_FIXTURE(timewait_show);

/**
 * struct sums - what a summary must say
 * @now: in TIME_WAIT
 * @ended: were
 * @restarts: timer restarts
 * @fin_reacks: FINs answered again
 * @old_duplicates: other segments
 * @shortest: least residence of those that ended
 * @longest: most
 * @oldest: longest in it of those in it; an age, so at least
 */
struct sums {
	int64_t now;
	int64_t ended;
	int64_t restarts;
	int64_t fin_reacks;
	int64_t old_duplicates;
	int64_t shortest;
	int64_t longest;
	int64_t oldest;
};

/* Add up the records with a remote address, or all. */
static struct sums add_up(const struct endpoint *remote)
{
	struct records records;
	struct sums s = { .shortest = INT64_MAX };

	records_read(&records);
	for (size_t i = 0; i < records.n; i++) {
		const struct tcpledger_record *rec = records.list[i];
		struct endpoint r = records_remote(rec);
		bool now = rec->tw_exit == TCPLEDGER_EXIT_LASTS;

		if (!(rec->flags & TCPLEDGER_REC_TIME_WAIT) ||
		    (remote && memcmp(&r.ip, &remote->ip, sizeof(r.ip))))
			continue;
		s.now += now;
		s.ended += !now;
		s.restarts += rec->tw_restarts;
		s.fin_reacks += rec->tw_fin_reacks;
		s.old_duplicates += rec->tw_old_duplicates;
		if (now && rec->state_age_ns > s.oldest)
			s.oldest = rec->state_age_ns;
		if (!now && rec->tw_residence_ns < s.shortest)
			s.shortest = rec->tw_residence_ns;
		if (!now && rec->tw_residence_ns > s.longest)
			s.longest = rec->tw_residence_ns;
	}
	records_free(&records);
	return s;
}

static int check_sums(json_object *told, const struct sums *s)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted),
		 "now=%lld ended=%lld restarts=%lld fin_reacks=%lld old_duplicates=%lld",
		 (long long)s->now, (long long)s->ended, (long long)s->restarts,
		 (long long)s->fin_reacks, (long long)s->old_duplicates);
	for (char *rest = wanted, *term; (term = strsep(&rest, " "));) {
		size_t n = strcspn(term, "=");

		term[n] = '\0';
		if (strcmp(record_text(told, term), term + n + 1)) {
			say("%s is %s, not %s", term, record_text(told, term), term + n + 1);
			return 1;
		}
	}
	if (!s->now)
		return !record_null(told, "oldest_ns") || !record_null(told, "next_end_ns");
	/* The records were read a moment after the command. */
	return record_int(told, "oldest_ns") > s->oldest ||
	       record_int(told, "oldest_ns") < s->oldest - 1000000000 ||
	       record_int(told, "next_end_ns") > 60000000000LL;
}

/* The command's JSON against the records. Return: how much is wrong */
static int judge_json(struct world *world, const struct endpoint *locals)
{
	char *text = run_output("tcpledger timewait --json");
	json_object *told = json_tokener_parse(text), *remotes;
	struct sums all = add_up(NULL);
	int wrong = 0, seen = 0;

	if (!told)
		die("not JSON: %s", text);
	wrong += check_sums(told, &all);
	wrong += record_int(told, "nominal_ns") != 60000000000LL;
	wrong += record_int(told, "residence.exact") != all.ended;
	wrong += record_int(told, "residence.bound") != 0;
	if (all.ended)
		wrong += record_int(told, "residence.min_ns") != all.shortest ||
			 record_int(told, "residence.max_ns") != all.longest;
	remotes = record_at(told, "remotes");
	for (size_t i = 0; i < json_object_array_length(remotes); i++) {
		json_object *one = json_object_array_get_idx(remotes, i);
		struct endpoint remote = endpoint_from_text(record_text(one, "remote"), 0);
		struct sums s = add_up(&remote);

		seen += !memcmp(&remote.ip, &locals->ip, sizeof(remote.ip)) ||
			!memcmp(&remote.ip, &world->wire.far.ip, sizeof(remote.ip));
		wrong += check_sums(one, &s);
	}
	wrong += seen != 2 || json_object_array_length(remotes) != 2;
	if (wrong)
		say("%s", text);
	json_object_put(told);
	free(text);
	return wrong;
}

/* The line of a record in the file: its numbers, and the words of its end. */
static int judge_line(const char *text, const struct tcpledger_record *rec)
{
	static const char *const exits[] = {
		"-", "expired", "reused", "reset", "killed", "netns"
	};
	char *copy = strdup(text), *rest = copy, *line;
	unsigned int restarts, reacks, duplicates;
	char remaining[32], residence[32], exit[16];
	bool right = false, now = rec->tw_exit == TCPLEDGER_EXIT_LASTS;

	while ((line = strsep(&rest, "\n"))) {
		if (strtoull(line, NULL, 10) != rec->id ||
		    sscanf(line, "%*u %*s %*s %*s %31s %31s %u %u %u %15s", remaining, residence,
			   &restarts, &reacks, &duplicates, exit) != 6)
			continue;
		right = restarts == rec->tw_restarts && reacks == rec->tw_fin_reacks &&
			duplicates == rec->tw_old_duplicates &&
			!strcmp(exit, exits[rec->tw_exit]) &&
			(*remaining == '-') != now && (*residence == '-') == now;
		if (!right)
			say("%s", line);
	}
	free(copy);
	return !right;
}

/* A line for each record that was in TIME_WAIT, those that are first, and no others. */
static int judge_file(void)
{
	char *text = read_all(LEDGER_PROC "/timewait");
	struct records records;
	size_t wanted = 0, lines = 0;
	int wrong = 0;

	records_read(&records);
	for (size_t i = 0; i < records.n; i++) {
		if (!(records.list[i]->flags & TCPLEDGER_REC_TIME_WAIT))
			continue;
		wanted++;
		wrong += judge_line(text, records.list[i]);
	}
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	wrong += lines != wanted + 1;
	if (wrong)
		say("%zu records, the file:\n%s", wanted, text);
	records_free(&records);
	free(text);
	return wrong;
}

/* The command's text names the remote addresses, and how many. */
static bool text_says(const char *word)
{
	char *text = run_output("tcpledger timewait");
	bool says = strstr(text, word);

	if (!says)
		say("no \"%s\" in:\n%s", word, text);
	free(text);
	return says;
}

static void send_old_ack(struct peer *peer)
{
	struct segment old = peer_segment(peer, SEG_ACK, 0);

	old.seq--;
	wire_send(peer->wire, &old);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

static struct peer wait_at(struct world *world, uint16_t port)
{
	struct peer peer = peer_at(&world->wire, port, WIRE_PORT);
	struct endpoint at = world->wire.host;
	int listener;

	at.port = WIRE_PORT;
	listener = sock_listen(world->family, &at, 8);
	wire_to_time_wait(wire_serve(listener, &peer), &peer);
	close(listener);
	return peer;
}

/* This test will look while sockets wait, after some have ended early, and after all have. */
TEST_F_TIMEOUT(timewait_show, summary, 300)
{
	struct world *world = &self->world;
	struct peer peer[3];
	struct pair p[LOCALS];

	wire_open(&world->wire, variant->family);
	for (int i = 0; i < LOCALS; i++) {
		p[i] = pair_open(variant->family);
		pair_close_orderly(&p[i]);
	}
	sleep(10);	/* so that not all are of one age */
	for (int i = 0; i < 3; i++)
		peer[i] = wait_at(world, FAR_PORT + i);
	peer_repeat_fin(&peer[0]);
	peer_repeat_fin(&peer[0]);
	send_old_ack(&peer[1]);
	EXPECT_EQ(LOCALS + 3, ledger_stat("records_time_wait"));
	EXPECT_EQ(0, judge_json(world, &p[0].c));
	EXPECT_EQ(0, judge_file());
	EXPECT_TRUE(text_says("in TIME_WAIT now: 6"));
	EXPECT_TRUE(text_says(endpoint_text(&world->wire.far)));

	sleep(5);
	peer_send(&peer[2], SEG_RST, 0);
	run("ss -tK state time-wait sport = :%u", p[0].c.port);
	EXPECT_EQ(LOCALS + 1, ledger_stat("records_time_wait"));
	EXPECT_EQ(1, ledger_stat("time_wait_exits_reset"));
	EXPECT_EQ(1, ledger_stat("time_wait_exits_killed"));
	EXPECT_EQ(0, judge_json(world, &p[0].c));
	EXPECT_EQ(0, judge_file());

	need(!ledger_stat("records_time_wait"), EXPIRY_MS);
	EXPECT_EQ(4, ledger_stat("time_wait_exits_expired"));
	EXPECT_EQ(0, judge_json(world, &p[0].c));
	EXPECT_EQ(0, judge_file());
	EXPECT_TRUE(text_says("in TIME_WAIT now: 0"));
	EXPECT_TRUE(text_says("expired 4"));
	EXPECT_EQ(0, judge_histograms());
}

/* This test will measure durations of all kinds and sizes, and count them in the histograms. */
TEST_F_TIMEOUT(timewait_show, histograms, 600)
{
	struct pair p;

	EXPECT_EQ(0, judge_histograms());
	for (int seconds = 0; seconds < 20; seconds += seconds + 1) {
		p = pair_open(variant->family);
		shutdown(p.client, SHUT_WR);
		need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
		sleep(seconds);	/* what FIN_WAIT2 and CLOSE_WAIT are to last */
		close(p.server);
		need(sock_state(p.client) == TCP_CLOSE, DEADLINE_MS);
		close(p.client);
		EXPECT_EQ(0, judge_histograms());
	}
	for (int i = 0; i < 2; i++) {
		p = pair_open(variant->family);
		sock_reset(p.client);
		close(p.server);
	}
	EXPECT_EQ(0, judge_histograms());
	need(!ledger_stat("records_time_wait"), EXPIRY_MS);
	EXPECT_EQ(0, judge_histograms());
}

TEST_HARNESS_MAIN
