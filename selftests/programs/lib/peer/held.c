// SPDX-License-Identifier: GPL-2.0
#include "lib/peer/held.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"

/* Everything their four records say but the age. */
static char *describe(const struct held *held)
{
	struct ledger ledger;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ledger_read(&ledger);
	for (size_t i = 0; i < ledger.n; i++) {
		json_object *rec = ledger.records[i];
		int64_t lport = record_int(rec, "lport"), rport = record_int(rec, "rport");

		if (lport != held->live.s.port && lport != held->ended.s.port &&
		    rport != held->live.s.port && rport != held->ended.s.port)
			continue;
		json_object_object_del(rec, "state_age_ns");
		fprintf(f, "%s\n", json_object_to_json_string_ext(rec, JSON_C_TO_STRING_PLAIN));
	}
	ledger_free(&ledger);
	fclose(f);
	return text;
}

/**
 * hold - make the two connections, in the namespace the test is in
 * @family: AF_INET or AF_INET6
 * Return: what judge_held() compares with
 */
struct held hold(int family)
{
	struct held held = { .live = pair_open(family), .ended = pair_open(family) };

	sock_reset(held.ended.client);
	need(sock_state(held.ended.server) == TCP_CLOSE, DEADLINE_MS);
	held.before = describe(&held);
	if (!*held.before)
		die("no record of the connections to be held");
	return held;
}

/**
 * judge_held - see that the records are still what they were
 * @held: the connections, untouched since hold()
 * Return: how much is wrong; reported
 */
int judge_held(const struct held *held)
{
	char *after = describe(held);
	int wrong = !!strcmp(held->before, after);

	if (wrong)
		say("before:\n%s# after:\n%s", held->before, after);
	free(after);
	return wrong;
}
