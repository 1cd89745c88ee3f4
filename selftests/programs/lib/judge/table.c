// SPDX-License-Identifier: GPL-2.0
/*
 * The live records against the kernel's own table of sockets, /proc/net/tcp
 * and tcp6: sockets, request sockets and timewait sockets, with their states.
 */
#include "lib/judge/table.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"
#include "lib/witness/trace.h"
#include "lib/world/outside.h"

/**
 * struct row - a socket in the kernel's table
 * @local: own end
 * @remote: the other
 * @state: TCP_*; of a timewait socket the substate
 */
struct row {
	struct endpoint local;
	struct endpoint remote;
	int state;
};

/* An address is printed as 32-bit words in the order of this machine. */
static bool parse_address(const char *text, struct endpoint *ep)
{
	size_t words = strcspn(text, ":") / 8;
	unsigned int word, port;

	memset(ep, 0, sizeof(*ep));
	if (words == 1)
		memset(ep->ip.s6_addr + 10, 0xff, 2);
	for (size_t i = 0; i < words; i++) {
		if (sscanf(text + 8 * i, "%8x", &word) != 1)
			return false;
		memcpy(ep->ip.s6_addr + (words == 1 ? 12 : 4 * i), &word, sizeof(word));
	}
	if (sscanf(text + 8 * words, ":%4x", &port) != 1)
		return false;
	ep->port = port;
	return true;
}

static bool parse_row(const char *line, struct row *row)
{
	char local[48], remote[48];
	unsigned int state;

	if (sscanf(line, " %*u: %47s %47s %x", local, remote, &state) != 3)
		return false;
	row->state = state;
	return parse_address(local, &row->local) && parse_address(remote, &row->remote);
}

static json_object *live_record(const struct ledger *ledger, const struct row *row)
{
	json_object *rec;

	for (size_t i = 0; (rec = ledger_find(ledger, &row->local, &row->remote, i)); i++)
		if (!strcmp(record_text(rec, "live"), "true"))
			return rec;
	return NULL;
}

static int judge_row(const struct ledger *ledger, const struct row *row)
{
	json_object *rec = live_record(ledger, row);

	if (!rec) {
		say("the kernel has %s:%u - %s:%u in %s, the ledger has no live record of it",
		    endpoint_text(&row->local), row->local.port, endpoint_text(&row->remote),
		    row->remote.port, state_name(row->state));
		return 1;
	}
	return wrong_if(strcmp(record_text(rec, "state"), state_name(row->state)), rec,
			"is in %s, the kernel's socket in %s", record_text(rec, "state"),
			state_name(row->state));
}

/* A request answered with a cookie, or not at all, is in no table while its record lives. */
static bool has_socket(json_object *rec)
{
	return strcmp(record_text(rec, "open.outcome"), "in_progress") ||
	       !strcmp(record_text(rec, "open.role"), "active");
}

/**
 * judge_table - compare the live records of this namespace with the table of sockets
 * @world: world
 * @ledger: the records
 * Return: how much is wrong
 */
int judge_table(const struct world *world, const struct ledger *ledger)
{
	size_t rows = 0, live = 0;
	int wrong = 0;

	for (int v6 = 0; v6 < 2; v6++) {
		char *text = read_all(v6 ? "/proc/net/tcp6" : "/proc/net/tcp");
		char *rest = text, *line;
		struct row row;

		while ((line = strsep(&rest, "\n"))) {
			/* The head line, and sockets that are of no connection. */
			if (!parse_row(line, &row) || row.state == TCP_LISTEN ||
			    row.state == TCP_CLOSE ||
			    outside_has(world, &row.local, &row.remote))
				continue;
			wrong += judge_row(ledger, &row);
			rows += row.state != TCP_SYN_RECV;
		}
		free(text);
	}
	for (size_t i = 0; i < ledger->n; i++)
		live += !strcmp(record_text(ledger->records[i], "live"), "true") &&
			strcmp(record_text(ledger->records[i], "state"), "SYN_RECV") &&
			has_socket(ledger->records[i]);
	if (live != rows) {
		say("%zu live records have sockets, the kernel has %zu sockets", live, rows);
		wrong++;
	}
	return wrong;
}
