// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/ss.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"
#include "lib/witness/trace.h"

static int state_of(const char *word)
{
	static const struct {
		const char *word;
		int state;
	} words[] = {
		{ "ESTAB", TCP_ESTABLISHED }, { "SYN-SENT", TCP_SYN_SENT },
		{ "SYN-RECV", TCP_SYN_RECV }, { "FIN-WAIT-1", TCP_FIN_WAIT1 },
		{ "FIN-WAIT-2", TCP_FIN_WAIT2 }, { "TIME-WAIT", TCP_TIME_WAIT },
		{ "UNCONN", TCP_CLOSE }, { "CLOSE-WAIT", TCP_CLOSE_WAIT },
		{ "LAST-ACK", TCP_LAST_ACK }, { "LISTEN", TCP_LISTEN }, { "CLOSING", TCP_CLOSING },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word))
			return words[i].state;
	die("ss has a state %s", word);
}

/* "192.0.2.1:80" or "[2001:db8::1]:80" */
static struct endpoint endpoint_of(char *text)
{
	char *colon = strrchr(text, ':'), *end;

	if (!colon)
		die("ss has an address %s", text);
	*colon = '\0';
	end = strchr(text, ']');
	if (end)
		*end = '\0';
	return endpoint_from_text(*text == '[' ? text + 1 : text, atoi(colon + 1));
}

/**
 * ss_read - ask ss for the connections of this namespace
 * @ss: filled in
 */
void ss_read(struct ss *ss)
{
	char *text = run_output("ss -tanH"), *rest = text, *line;

	ss->n = 0;
	while ((line = strsep(&rest, "\n"))) {
		char word[32], local[64], remote[64];
		int state;

		if (sscanf(line, "%31s %*u %*u %63s %63s", word, local, remote) != 3)
			continue;
		state = state_of(word);
		if (state == TCP_LISTEN || state == TCP_CLOSE)
			continue;
		if (ss->n == SS_MAX)
			die("more than %d connections", SS_MAX);
		ss->line[ss->n++] = (struct ss_line){ state, endpoint_of(local),
						      endpoint_of(remote) };
	}
	free(text);
}

const struct ss_line *ss_find(const struct ss *ss, const struct endpoint *local,
			      const struct endpoint *remote)
{
	for (size_t i = 0; i < ss->n; i++)
		if (endpoint_equal(&ss->line[i].local, local) &&
		    endpoint_equal(&ss->line[i].remote, remote))
			return &ss->line[i];
	return NULL;
}

/**
 * judge_ss - the live records are the connections that ss sees, in the same states
 * @ss: read when nothing moved
 * @ledger: read at the same time
 * Return: how much is wrong
 */
int judge_ss(const struct ss *ss, const struct ledger *ledger)
{
	size_t live = 0;
	int wrong = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		struct endpoint local = record_local(rec), remote = record_remote(rec);
		const struct ss_line *line;

		if (strcmp(record_text(rec, "live"), "true"))
			continue;
		live++;
		line = ss_find(ss, &local, &remote);
		wrong += wrong_if(!line, rec, "is live in state %s, but ss does not have it",
				  record_text(rec, "state"));
		wrong += wrong_if(line &&
				  strcmp(state_name(line->state), record_text(rec, "state")),
				  rec, "state %s, but ss says %s", record_text(rec, "state"),
				  state_name(line->state));
	}
	for (size_t i = 0; i < ss->n; i++)
		if (!ledger_count(ledger, &ss->line[i].local, &ss->line[i].remote)) {
			say("ss has a connection in %s that has no record",
			    state_name(ss->line[i].state));
			wrong++;
		}
	if (live != ss->n) {
		say("%zu live records, but ss has %zu connections", live, ss->n);
		wrong++;
	}
	return wrong;
}
