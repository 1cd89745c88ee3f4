// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/net/tcpledger/filter takes and what it refuses, how it is read, and whose
 * namespace it is. tcpdump compiles what is written here: it is the judge of the text.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/module.h"
#include "lib/world/somebody.h"
#include "lib/world/outside.h"

#define FILTER		LEDGER_PROC "/filter"
#define PORT		7001
#define PROGRAM_MOST	4096	/* instructions, BPF_MAXINSNS */
#define TEXT_MOST	(128 * 1024)

WORLD_FIXTURE(filter_file);

/* Write once. Return: 0 or the error */
static int put(const char *text, size_t len)
{
	int fd = open(FILTER, O_WRONLY | O_CLOEXEC), error = 0;
	ssize_t n;

	if (fd < 0)
		die(FILTER);
	n = write(fd, text, len);
	if (n < 0)
		error = errno;
	else if ((size_t)n != len)
		die("%zd of %zu bytes written", n, len);
	close(fd);
	return error;
}

static int put_text(const char *text)
{
	return put(text, strlen(text));
}

/* What tcpdump compiles an expression to. */
static char *compiled(const char *expression)
{
	return run_output("tcpdump -y RAW -s 262144 -ddd '%s'", expression);
}

/* Is a connection to PORT refused, and one to another port recorded? */
static int judge_in_force(struct world *world)
{
	struct pair other = pair_open(world->family);
	struct pair p = { .family = world->family, .s = loopback(world->family) };
	int wrong;

	p.s.port = PORT;
	p.listener = sock_listen(world->family, &p.s, 8);
	pair_connect(&p);
	outside_add_pair(world, &p);
	wrong = records_of(&p.c, &p.s) + records_of(&p.s, &p.c) != 0;
	wrong += records_of(&other.c, &other.s) != 1 || records_of(&other.s, &other.c) != 1;
	/* Before the filter is changed all is over: what goes on then may get a record. */
	sock_reset(p.client);
	need(sock_state(p.server) == TCP_CLOSE, DEADLINE_MS);
	close(p.server);
	close(p.listener);
	sock_reset(other.client);
	need(sock_state(other.server) == TCP_CLOSE, DEADLINE_MS);
	close(other.server);
	close(other.listener);
	return wrong;
}

/* This test will write a program, read it back, add to it in pieces, and remove it. */
TEST_F_TIMEOUT(filter_file, text, USUAL)
{
	struct world *world = &self->world;
	char *program = compiled("not tcp port 7001"), *text, *whole;
	size_t len = strlen(program);
	int fd;

	text = read_all(FILTER);
	EXPECT_STREQ("", text);
	free(text);
	ASSERT_EQ(0, put(program, len));
	text = read_all(FILTER);
	EXPECT_STREQ(program, text);
	free(text);
	EXPECT_EQ(0, judge_in_force(world));

	/* Blanks alone remove it, as a write of nothing but a line's end. */
	ASSERT_EQ(0, put_text("\t\n"));
	text = read_all(FILTER);
	EXPECT_STREQ("", text);
	free(text);
	pair_open(variant->family);

	/* Byte by byte, behind a comment: in force with the last one. */
	whole = run_output("echo '# not this host'; tcpdump -y RAW -s 262144 -ddd "
			   "'not tcp port 7001'");
	fd = open(FILTER, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	for (size_t i = 0; whole[i]; i++) {
		text = read_all(FILTER);
		EXPECT_STREQ("", text);
		free(text);
		ASSERT_EQ(1, write(fd, whole + i, 1));
	}
	text = read_all(FILTER);
	EXPECT_STREQ(whole, text);
	free(text);
	EXPECT_EQ(0, judge_in_force(world));

	/* The same file takes another, and is read from its beginning. */
	ASSERT_EQ((ssize_t)len, write(fd, program, len));
	close(fd);
	text = read_all(FILTER);
	EXPECT_STREQ(program, text);
	free(text);
	EXPECT_EQ(0, judge_in_force(world));
	free(program);
	free(whole);
}

/* This test will write half a program and go away: it is not in force. */
TEST_F_TIMEOUT(filter_file, half, USUAL)
{
	char *program = compiled("not tcp port 7001"), *other = compiled("tcp port 9"), *text;

	ASSERT_EQ(0, put(program, strlen(program)));
	EXPECT_EQ(0, put(other, strlen(other) / 2));
	text = read_all(FILTER);
	EXPECT_STREQ(program, text);
	free(text);
	EXPECT_EQ(0, judge_in_force(&self->world));
	free(program);
	free(other);
}

static const char *const bad[] = {
	"tcp port 80\n",			/* an expression, and no program */
	"0\n",					/* no instruction */
	"-1\n6 0 0 1\n",
	"4097\n6 0 0 1\n",			/* longer than any program may be */
	"4294967297\n6 0 0 1\n",
	"1\n6 0 0\n",				/* a number too few */
	"1\n6 0 0 1 1\n",			/* and too many */
	"1\n6 0 0 1\n6 0 0 1\n",		/* more than it says */
	"1\n6 0 0 1\nand more",
	"1\n65536 0 0 1\n",			/* numbers that do not fit */
	"1\n6 256 0 1\n",
	"1\n6 0 256 1\n",
	"1\nsix 0 0 1\n",
	"1\n65535 0 0 1\n",			/* no instruction of BPF */
	"1\n183 0 0 1\n",			/* one of eBPF only */
	"2\n5 0 0 1\n6 0 0 1\n",		/* jumps out of the program */
	"2\n21 9 0 1\n6 0 0 1\n",
	"1\n0 0 0 1\n",				/* does not end with a return */
	"2\n48 0 0 4294963200\n6 0 0 1\n",	/* -4096 and on: the device, the mark */
	"2\n40 0 0 4294963204\n6 0 0 1\n",
	"2\n32 0 0 4294963240\n6 0 0 1\n",
	"2\n48 0 0 4293918720\n6 0 0 1\n",	/* -1 MiB and on: the network header */
	"2\n177 0 0 4294963200\n6 0 0 1\n",
	"2\n80 0 0 4294963200\n6 0 0 1\n",
};

/* This test will write what is no program, beside one that stays in force. */
TEST_F_TIMEOUT(filter_file, bad, USUAL)
{
	char *program = compiled("not tcp port 7001"), *text, *large;
	size_t n = 0;

	ASSERT_EQ(0, put(program, strlen(program)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		say("write %s", bad[i]);
		EXPECT_EQ(EINVAL, put_text(bad[i]));
		text = read_all(FILTER);
		EXPECT_STREQ(program, text);
		free(text);
	}
	/* A zero would end the text in the middle. */
	EXPECT_EQ(EINVAL, put("1\n6 0 0 1\n\0", 11));
	EXPECT_EQ(EINVAL, put("\0", 1));
	/* The longest program, one that is longer, and a text that is. */
	large = calloc(1, TEXT_MOST + 2);
	n = sprintf(large, "%d\n", PROGRAM_MOST);
	for (int i = 0; i < PROGRAM_MOST; i++)
		n += sprintf(large + n, "6 0 0 1\n");
	EXPECT_EQ(0, put(large, n));
	ASSERT_EQ(0, put(program, strlen(program)));
	memcpy(large, "4097", 4);
	n += sprintf(large + n, "6 0 0 1\n");
	EXPECT_EQ(EINVAL, put(large, n));
	memset(large, '#', TEXT_MOST + 1);
	EXPECT_EQ(EFBIG, put(large, TEXT_MOST + 1));
	free(large);
	text = read_all(FILTER);
	EXPECT_STREQ(program, text);
	free(text);
	EXPECT_EQ(0, judge_in_force(&self->world));
	free(program);
}

/* This test will hand the file what is not there to be read. */
TEST_F_TIMEOUT(filter_file, bad_address, USUAL)
{
	int fd = open(FILTER, O_RDWR | O_CLOEXEC);
	char *nowhere = mmap(NULL, 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_LE(0, fd);
	ASSERT_NE(MAP_FAILED, nowhere);
	EXPECT_EQ(-1, write(fd, nowhere, 16));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, write(fd, "", 0));
	EXPECT_EQ(0, put_text("1\n6 0 0 1\n"));
	EXPECT_EQ(-1, read(fd, nowhere, 16));
	EXPECT_EQ(EFAULT, errno);
	close(fd);
}

/* This test will filter one of two namespaces. */
TEST_F_TIMEOUT(filter_file, one_namespace, USUAL)
{
	struct world *world = &self->world;
	struct pair p;
	char *text;

	world_add_space(world);
	run("tcpledger filter udp");
	p = pair_open(variant->family);
	outside_add_pair(world, &p);
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(2, ledger_stat("filtered"));
	world_enter(world, 0);
	text = read_all(FILTER);
	EXPECT_STREQ("", text);
	free(text);
	pair_open(variant->family);
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, ledger_stat("filtered"));
}

/* As a container without privileges begins: a user namespace, mapped, then a network namespace. */
static int filter_as_container_root(int family)
{
	struct pair p;
	int wrong = 0;

	somebody_become_root();
	/* Root here, but still in the network namespace of the other root. */
	if (open(FILTER, O_WRONLY) >= 0 || (errno != EACCES && errno != EPERM)) {
		say("root of another user namespace opens the filter: %s", strerror(errno));
		wrong++;
	}
	if (write_text("/proc/sys/net/tcpledger/enabled", "0")) {
		say("root of another user namespace switches records off");
		wrong++;
	}
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	run("tcpledger filter udp");
	p = pair_open(family);
	if (records_all() || ledger_stat("filtered") != 2) {
		say("%d records in spite of the filter", records_all());
		wrong++;
	}
	run("tcpledger filter --clear");
	pair_connect(&p);
	if (records_all() != 2) {
		say("%d records of one connection", records_all());
		wrong++;
	}
	return wrong;
}

/* This test will let root of a container filter its own namespace, which is no other's. */
TEST_F_TIMEOUT(filter_file, container_root, USUAL)
{
	char *text;
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(filter_as_container_root(variant->family));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	text = read_all(FILTER);
	EXPECT_STREQ("", text);
	free(text);
	text = read_all("/proc/sys/net/tcpledger/enabled");
	EXPECT_STREQ("1\n", text);
	free(text);
	pair_open(variant->family);
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, ledger_stat("filtered"));
}

TEST_HARNESS_MAIN
