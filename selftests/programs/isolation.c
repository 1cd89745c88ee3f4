// SPDX-License-Identifier: GPL-2.0
/*
 * What a process without privilege, or in another namespace, learns of connections
 * that are not its own: nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define SOMEBODY	1000	/* a user id that is not root's */
#define STREAM_LEAST	4096	/* bytes: more than two records, less than a ring of events */
#define FLOOD		1000	/* connections of a noisy neighbour */

WORLD_FIXTURE(isolation);

static const char *const names[] = {
	"connections", "log", "timewait", "stats", "records", "events"
};

#define FILES	(sizeof(names) / sizeof(*names))

/**
 * struct found - what a child found out, for its parent
 * @opened: how many of the files it could open
 * @refused: how many it could not, for want of permission
 * @records: how many records it could read
 * @first_id: the least id among them
 * @foreign: records of another namespace among them
 * @uids: records whose owner has not the user id 0 there
 * @memory: what the stats file says of it
 */
struct found {
	int opened;
	int refused;
	int records;
	uint64_t first_id;
	int foreign;
	int uids;
	int64_t memory;
};

static void become_somebody(void)
{
	if (setresgid(SOMEBODY, SOMEBODY, SOMEBODY) || setresuid(SOMEBODY, SOMEBODY, SOMEBODY))
		die("setresuid");
	/* Else its own files in /proc stay root's. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void try_files(struct found *found)
{
	for (size_t i = 0; i < FILES; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		found->opened += fd >= 0;
		found->refused += fd < 0 && errno == EACCES;
		if (fd >= 0)
			close(fd);
	}
}

static void count_records(struct found *found)
{
	struct records records;
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		die("stat of the namespace");
	records_read(&records);
	found->records = records.n;
	for (size_t i = 0; i < records.n; i++) {
		if (!i || records.list[i]->id < found->first_id)
			found->first_id = records.list[i]->id;
		found->foreign += records.list[i]->netns != st.st_ino;
		found->uids += records.list[i]->uid != 0;
	}
	/* The room for the events that it opened is kept for a second. */
	wait_until(ledger_stat("memory_bytes") < STREAM_LEAST, DEADLINE_MS);
	found->memory = ledger_stat("memory_bytes");
	records_free(&records);
}

/* Run in a child that may give up privileges for good. */
static struct found in_child(void (*fn)(struct found *found, int family), int family)
{
	struct found *shared = shared_memory(sizeof(struct found)), found;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		fn(shared, family);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("the child ended with status %#x", status);
	found = *shared;
	munmap(shared, sizeof(*shared));
	return found;
}

static void read_as_somebody(struct found *found, int family)
{
	become_somebody();
	try_files(found);
}

/* Root by name, with every capability but those that pass over permissions. */
static void read_as_other_group(struct found *found, int family)
{
	if (setresgid(0, 0, 0) || setresuid(SOMEBODY, SOMEBODY, SOMEBODY))
		die("setresuid");
	try_files(found);
}

/* This test will try to open the files as a user, with root's group and without. */
TEST_F_TIMEOUT(isolation, somebody, USUAL)
{
	struct pair p = pair_open(variant->family);
	struct found found;

	EXPECT_EQ(2, records_of(&p.c, &p.s) + records_of(&p.s, &p.c));
	found = in_child(read_as_somebody, variant->family);
	EXPECT_EQ(0, found.opened);
	EXPECT_EQ(FILES, found.refused);
	found = in_child(read_as_other_group, variant->family);
	EXPECT_EQ(0, found.opened);
	EXPECT_EQ(FILES, found.refused);
}

/* This test will look at what anybody sees of the files: nothing that grows with use. */
TEST_F_TIMEOUT(isolation, metadata, USUAL)
{
	struct stat before[FILES], after[FILES];
	char path[64];
	time_t began = 0;

	for (int round = 0; round < 2; round++) {
		began = time(NULL);
		for (size_t i = 0; i < FILES; i++) {
			snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i]);
			ASSERT_EQ(0, stat(path, round ? &after[i] : &before[i]));
		}
		pair_open(variant->family);
	}
	for (size_t i = 0; i < FILES; i++) {
		EXPECT_EQ(0400, after[i].st_mode & 07777);
		EXPECT_EQ(0, after[i].st_uid);
		EXPECT_EQ(0, after[i].st_size + after[i].st_blocks);
		/* A file that the kernel has forgotten is new when it is looked up. */
		if (after[i].st_mtime != before[i].st_mtime)
			EXPECT_LE(began, after[i].st_mtime);
		EXPECT_EQ(before[i].st_nlink, after[i].st_nlink);
	}
}

static void write_map(const char *file, int inside, int outside)
{
	char text[32];

	snprintf(text, sizeof(text), "%d %d 1", inside, outside);
	if (!write_text(file, text))
		die("%s", file);
}

/* Root of a user namespace of its own, as any user can be. */
static void become_root_of_nothing(void)
{
	become_somebody();
	if (unshare(CLONE_NEWUSER))
		die("user namespace");
	if (!write_text("/proc/self/setgroups", "deny"))
		die("setgroups");
	write_map("/proc/self/uid_map", 0, SOMEBODY);
	write_map("/proc/self/gid_map", 0, SOMEBODY);
}

/* Still in the namespace of the test, whose files are the initial root's. */
static void read_as_nested_root(struct found *found, int family)
{
	become_root_of_nothing();
	try_files(found);
}

/* In a namespace that it owns: it sees its own two records there, with ids from 1. */
static void read_own(struct found *found, int family)
{
	become_root_of_nothing();
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	pair_open(family);
	try_files(found);
	count_records(found);
}

/* This test will become root of a user namespace, which owns another network namespace or none. */
TEST_F_TIMEOUT(isolation, user_namespace, USUAL)
{
	struct found found;

	for (int i = 0; i < 5; i++)
		pair_open(variant->family);
	found = in_child(read_as_nested_root, variant->family);
	EXPECT_EQ(0, found.opened);
	EXPECT_EQ(FILES, found.refused);
	found = in_child(read_own, variant->family);
	EXPECT_EQ(FILES, found.opened);
	EXPECT_EQ(2, found.records);
	EXPECT_EQ(1, found.first_id);
	EXPECT_EQ(0, found.foreign);
	EXPECT_EQ(0, found.uids);
	/* That of its own records, not of the machine's. */
	EXPECT_EQ(2 * MODULE_BLOCK, found.memory);
}

/* The files of a namespace that somebody else owns, through the process that is in it. */
static void read_through_process(struct found *found, int family)
{
	char path[64];
	int fd;

	become_root_of_nothing();
	snprintf(path, sizeof(path), "/proc/%d/net/tcpledger/records", getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	found->opened += fd >= 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	found->opened += fd >= 0 && !setns(fd, CLONE_NEWNET);
	snprintf(path, sizeof(path), "/sys/module/tcpledger/parameters/history");
	found->refused += write_text(path, "1");
}

/* This test will try the ways around the permission: another's /proc, setns(), the parameters. */
TEST_F_TIMEOUT(isolation, ways_around, USUAL)
{
	struct found found;

	pair_open(variant->family);
	found = in_child(read_through_process, variant->family);
	EXPECT_EQ(0, found.opened);
	EXPECT_EQ(0, found.refused);
}

/*
 * A file that root opened and handed on goes on showing the namespace it is of,
 * to the one it was handed to as to root: that is what handing on means. It
 * never shows another, wherever its reader goes.
 */
static void read_kept_file(struct found *found, int family)
{
	struct tcpledger_header head;
	struct stat st;
	int fd = open(LEDGER_PROC "/records", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || stat("/proc/self/ns/net", &st))
		die("records");
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	become_somebody();
	if (read(fd, &head, sizeof(head)) != sizeof(head))
		die("read of a file that was open before");
	found->foreign = head.netns != st.st_ino;
	/* Its own namespace is not its to read: it is root's who made it. */
	try_files(found);
}

/* This test will keep a file open over a change of namespace and the loss of privilege. */
TEST_F_TIMEOUT(isolation, kept_file, USUAL)
{
	struct found found = in_child(read_kept_file, variant->family);

	EXPECT_EQ(0, found.foreign);
	EXPECT_EQ(0, found.opened);
	EXPECT_EQ(FILES, found.refused);
}

/* Ids and peer ids of this namespace: all small, whatever happened elsewhere. */
static int judge_ids_from_one(unsigned int n)
{
	struct ledger ledger;
	int wrong = 0;

	ledger_read(&ledger);
	wrong += ledger.n != n;
	for (size_t i = 0; i < ledger.n; i++) {
		json_object *rec = ledger.records[i];

		wrong += record_int(rec, "id") != (int64_t)i + 1;
		wrong += record_int(rec, "peer_id") < 1 || record_int(rec, "peer_id") > n;
	}
	if (wrong)
		say("%zu records, and their ids are not 1 to %u", ledger.n, n);
	ledger_free(&ledger);
	return wrong;
}

/* This test will connect in turns in two namespaces: each counts its own. */
TEST_F_TIMEOUT(isolation, ids, USUAL)
{
	struct world *world = &self->world;

	world_add_space(world);
	for (int i = 0; i < 10; i++) {
		world_enter(world, i % 2);
		pair_open(variant->family);
		pair_open(variant->family);
	}
	for (int i = 0; i < 2; i++) {
		world_enter(world, i);
		EXPECT_EQ(0, judge_ids_from_one(20));
		EXPECT_EQ(20, ledger_stat("records_created"));
	}
}

/* Every line of the stats file but those about the whole machine. */
static char *own_stats(void)
{
	return run_output("grep -v -e ^memory_bytes -e ^missed_probe -e ^method " LEDGER_PROC
			  "/stats");
}

static void flood(int family)
{
	struct pair p = pair_listen(family, 64);

	for (int i = 0; i < FLOOD; i++) {
		pair_connect(&p);
		sock_reset(p.client);
		close(p.server);
	}
	close(p.listener);
}

/* This test will let one namespace overflow its limits, and see no counter of another move. */
TEST_F_TIMEOUT(isolation, neighbour, 300)
{
	struct world *world = &self->world;
	char *before, *after;
	struct pair quiet;

	module_reload("max_connections=256 history=64 max_total=512");
	quiet = pair_open(variant->family);
	before = own_stats();
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	flood(variant->family);
	EXPECT_EQ(2 * FLOOD, ledger_stat("records_created"));
	EXPECT_EQ(2 * FLOOD - 64, ledger_stat("evicted_history"));
	world_enter(world, 0);
	after = own_stats();
	EXPECT_STREQ(before, after);
	EXPECT_EQ(2, records_of(&quiet.c, &quiet.s) + records_of(&quiet.s, &quiet.c));
	free(before);
	free(after);
}

/* Whether the namespace the test is in has records of that one. */
static int records_of_netns(uint64_t inode, int64_t since)
{
	struct records records;
	int n;

	records_read(&records);
	records_keep_netns(&records, inode, since);
	n = records.n;
	records_free(&records);
	return n;
}

/* This test will let a namespace die: its records go to the initial one and to no other. */
TEST_F_TIMEOUT(isolation, heirs, USUAL)
{
	struct world *world = &self->world;
	int64_t since = now_ns();
	uint64_t inode;
	struct pair p;

	world_add_space(world);
	inode = world->space[1].inode;
	p = pair_open(variant->family);
	sock_reset(p.client);
	close(p.server);
	close(p.listener);
	world_enter(world, 0);
	world_leave_space(world, 1);
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(records_of_netns(inode, since) == 2, DEADLINE_MS);
	world_enter(world, 0);
	EXPECT_EQ(0, records_of_netns(inode, since));
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(0, ledger_stat("records_created") + ledger_stat("records_total"));
}

#define KERNEL_SOCKETS	"/payload/kernel_sockets.ko"

/* Both ends of what the kernel's own sockets did, told as of their dead namespace. */
static int judge_kernel_sockets(uint64_t inode, int64_t since)
{
	struct records records;
	int wrong;

	records_read(&records);
	records_keep_netns(&records, inode, since);
	wrong = records.n != 2;
	for (size_t i = 0; i < records.n; i++) {
		const struct tcpledger_record *rec = records.list[i];
		const struct tcpledger_entry *last = records_log(rec) + rec->log_n - 1;

		if (rec->flags & (TCPLEDGER_REC_PARTIAL | TCPLEDGER_REC_LIVE) ||
		    last->type != TCPLEDGER_ENTRY_STATE || last->to != TCPLEDGER_STATE_CLOSE ||
		    (last->from != TCPLEDGER_STATE_FIN_WAIT1 &&
		     last->from != TCPLEDGER_STATE_LAST_ACK) ||
		    last->cause != TCPLEDGER_CAUSE_ERROR) {
			say("record %llu of the dead namespace: state %u to %u, cause %u",
			    (unsigned long long)rec->id, last->from, last->to, last->cause);
			wrong++;
		}
	}
	if (records.n != 2)
		say("%zu records of the dead namespace", records.n);
	records_free(&records);
	return wrong;
}

/*
 * This test will let a namespace die in which the kernel itself has a connection. Its
 * sockets are closed after the ledger has done with the namespace: what they do is told
 * of the records they have, and is nothing of the initial namespace.
 */
TEST_F_TIMEOUT(isolation, kernel_sockets, USUAL)
{
	struct world *world = &self->world;
	int64_t since = now_ns(), partial;
	uint64_t inode, initial;
	struct stat st;

	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &st));
	initial = st.st_ino;
	module_unload();
	run("insmod " KERNEL_SOCKETS);
	module_load("");
	partial = ledger_stat("partial_records");
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &st));
	inode = st.st_ino;
	ASSERT_TRUE(write_text("/sys/module/tcpledger_kernel_sockets/parameters/open",
			       variant->family == AF_INET ? "4" : "6"));
	EXPECT_EQ(2, ledger_stat("records_live"));
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(records_of_netns(inode, since) == 2 && !ledger_stat("records_live"), DEADLINE_MS);
	EXPECT_EQ(0, judge_kernel_sockets(inode, since));
	EXPECT_EQ(0, records_of_netns(initial, since));
	EXPECT_EQ(partial, ledger_stat("partial_records"));
	run("rmmod tcpledger_kernel_sockets");
	world_enter(world, 0);
}

TEST_HARNESS_MAIN
