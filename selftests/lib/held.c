// SPDX-License-Identifier: GPL-2.0
#include "held.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Everything their four records say but the age. */
static char *describe(const struct held *held)
{
	return run_output("tcpledger list --json | jq -cS 'select(.lport == (%u, %u) or "
			  ".rport == (%u, %u)) | del(.state_age_ns)'",
			  held->live.s.port, held->ended.s.port,
			  held->live.s.port, held->ended.s.port);
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
