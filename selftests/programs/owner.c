// SPDX-License-Identifier: GPL-2.0
/* Who is behind a connection, as each reader sees it. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"

#define SOMEBODY	1000	/* a user id that is not root's */

WORLD_FIXTURE(owner);

/**
 * struct found - what a child found out, for its parent
 * @pair: its connection
 * @number: its process id, as its parent's namespace has it
 * @inner: owner of @pair, as it saw it
 * @outer: owner of a connection made outside, as it saw it
 */
struct found {
	struct pair pair;
	pid_t number;
	char inner[16];
	char outer[16];
};

static void owner_pid(const struct pair *p, char *text, size_t size)
{
	struct ledger ledger;

	ledger_read(&ledger);
	snprintf(text, size, "%s", record_text(ledger_find(&ledger, &p->c, &p->s, 0),
					       "owner.pid"));
	ledger_free(&ledger);
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		die("the child ended with status %#x", status);
}

/*
 * In a new pid namespace: connect and read. Between it and the test is a process
 * that makes the namespace, since who did can have no more children once it died.
 */
static void connect_inside(struct found *found, const struct pair *outside, int family)
{
	pid_t middle = fork(), pid;

	if (middle < 0)
		die("fork");
	if (middle) {
		wait_for(middle);
		return;
	}
	if (unshare(CLONE_NEWPID))
		die("pid namespace");
	pid = fork();
	if (!pid) {
		found->pair = pair_open(family);
		owner_pid(&found->pair, found->inner, sizeof(found->inner));
		owner_pid(outside, found->outer, sizeof(found->outer));
		_exit(0);
	}
	found->number = pid;
	wait_for(pid);
	_exit(0);
}

/* This test will connect in a pid namespace and read the record inside and outside of it. */
TEST_F_TIMEOUT(owner, pid_namespace, USUAL)
{
	struct found *found = shared_memory(sizeof(struct found));
	struct pair outside = pair_open(variant->family);

	connect_inside(found, &outside, variant->family);
	EXPECT_STREQ("1", found->inner);
	EXPECT_STREQ("null", found->outer);
	/* Out here the process had the number that fork() returned. */
	EXPECT_VERDICT(found->pair.c, found->pair.s, 0, "owner.pid=%d owner.comm=%s",
		       found->number, program_invocation_short_name);
	EXPECT_VERDICT(outside.c, outside.s, 0, "owner.pid=%d", getpid());
}

/* Connect with a command name of these bytes. */
static struct pair connect_as(const char *name, int family)
{
	char before[16];
	struct pair p;

	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, name);
	p = pair_open(family);
	prctl(PR_SET_NAME, before);
	return p;
}

/* This test will connect under names that JSON must escape, and must not change. */
TEST_F_TIMEOUT(owner, comm_in_json, USUAL)
{
	static const char *const comms[] = {
		"two words", "a\"b\\c/d", "tab\tnew\nline", "gr\xc3\xbc\xc3\x9f",
		"fifteen-letters", "{}[],:", "\x1b[31mred",
	};

	for (size_t i = 0; i < sizeof(comms) / sizeof(*comms); i++) {
		struct pair p = connect_as(comms[i], variant->family);
		struct ledger ledger;

		ledger_read(&ledger);
		EXPECT_STREQ(comms[i], record_text(ledger_find(&ledger, &p.c, &p.s, 0),
						   "owner.comm"));
		ledger_free(&ledger);
	}
}

/* Bytes that a line of text for a terminal does not hold. */
static size_t odd_bytes(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (unsigned char)*text >= 0x7f || ((unsigned char)*text < ' ' && *text != '\n');
	return n;
}

/* Whether each lead byte has as many continuation bytes as it announces. */
static bool is_utf8(const char *text)
{
	int due = 0;

	for (; *text; text++) {
		unsigned char c = *text;
		bool continues = (c & 0xc0) == 0x80;

		if (continues == !due || c >= 0xf8 || c == 0xc0 || c == 0xc1)
			return false;
		due = continues ? due - 1 : c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	}
	return !due;
}

/* This test will connect under names that would break a terminal or are no text at all. */
TEST_F_TIMEOUT(owner, comm_in_text, USUAL)
{
	static const char *const comms[] = {
		"bad\xff\xfe-utf8", "half\xc3", "bell\a\b\x7f", "\x1b[2Jgone", "line\nbreak",
	};
	char *text;

	for (size_t i = 0; i < sizeof(comms) / sizeof(*comms); i++)
		connect_as(comms[i], variant->family);
	text = read_all(LEDGER_PROC "/log");
	EXPECT_EQ(0, odd_bytes(text));
	/* Escaped, not left out: what is around the odd byte is there. */
	EXPECT_NE(NULL, strstr(text, "utf8"));
	EXPECT_NE(NULL, strstr(text, "break"));
	EXPECT_EQ(NULL, strstr(text, "\nbreak"));
	free(text);
	text = run_output("tcpledger list -w");
	EXPECT_EQ(0, odd_bytes(text));
	free(text);
	/* JSON is UTF-8 whatever the name was. */
	text = run_output("tcpledger list --json");
	EXPECT_TRUE(is_utf8(text));
	free(text);
}

/* This test will connect as a user who is not root, in a process that ends without closing. */
TEST_F_TIMEOUT(owner, user, USUAL)
{
	struct found *found = shared_memory(sizeof(struct found));
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		if (setresgid(SOMEBODY, SOMEBODY, SOMEBODY) ||
		    setresuid(SOMEBODY, SOMEBODY, SOMEBODY))
			_exit(1);
		found->pair = pair_open(variant->family);
		_exit(0);
	}
	wait_for(pid);
	EXPECT_VERDICT(found->pair.c, found->pair.s, 0, "owner.uid=%d owner.pid=%d", SOMEBODY, pid);
	/* A process that ends closes what it opened last first: the accepted socket. */
	EXPECT_VERDICT(found->pair.s, found->pair.c, 0,
		       "owner.uid=%d owner.pid=%d close.first=local closer.pid=%d closer.comm=%s",
		       SOMEBODY, pid, pid, program_invocation_short_name);
}

/* This test will leave a connection unaccepted: it is the listener's, not of who connects. */
TEST_F_TIMEOUT(owner, not_accepted, USUAL)
{
	struct found *found = shared_memory(sizeof(struct found));
	struct pair *p = &found->pair;
	pid_t pid;

	*p = pair_listen(variant->family, 8);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		prctl(PR_SET_NAME, "connector");
		p->client = sock_new(variant->family);
		if (sock_connect(p->client, variant->family, &p->s))
			_exit(1);
		p->c = sock_local(p->client);
		_exit(0);
	}
	wait_for(pid);
	EXPECT_VERDICT(p->c, p->s, 0, "owner.pid=%d owner.comm=connector", pid);
	EXPECT_VERDICT(p->s, p->c, 0, "owner.pid=%d owner.comm=%s", getpid(),
		       program_invocation_short_name);
}

/* This test will read in one namespace what happened in another: nothing. */
TEST_F_TIMEOUT(owner, isolated, USUAL)
{
	struct world *world = &self->world;
	struct pair p = pair_open(variant->family);

	world_add_space(world);
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(0, records_of(&p.c, &p.s));
	world_enter(world, 0);
	EXPECT_EQ(2, records_all());
}

TEST_HARNESS_MAIN
