// SPDX-License-Identifier: GPL-2.0
/* The files of /proc/net/tcpledger: who may read them, in which pieces, and what they hold. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/tcpledger.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/history.h"
#include "lib/world/module.h"
#include "lib/world/somebody.h"

#define BIG		(1 << 20)
#define COUNTED		"/sys/fs/cgroup/tcpledger-counted"

WORLD_FIXTURE(files);

static const char *const names[] = {
	"connections", "log", "timewait", "stats", "records", "filter", "events"
};
/* All but the live stream. */
static const char *const finite[] = {
	"connections", "log", "timewait", "stats", "records", "filter"
};
static const char *const texts[] = { "connections", "log", "timewait", "stats" };

#define EACH(name, list)	\
	for (size_t i_ = 0; i_ < sizeof(list) / sizeof(*(list)) && ((name) = (list)[i_]); i_++)

/* Whether a file has something for every record. */
static bool has_records(const char *name)
{
	return strcmp(name, "stats") && strcmp(name, "timewait") && strcmp(name, "filter");
}

static int open_file(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), LEDGER_PROC "/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Read to the end in pieces of at most so many bytes. Return: the text, to be freed. */
static char *read_in_pieces(int fd, size_t piece, size_t *len)
{
	char *text = malloc(BIG);
	ssize_t n;

	*len = 0;
	while ((n = read(fd, text + *len, piece < BIG - *len ? piece : BIG - *len)) > 0)
		*len += n;
	if (n < 0 || *len == BIG)
		die("read of %zu bytes", piece);
	text[*len] = '\0';
	return text;
}

static char *read_file(const char *name, size_t piece, size_t *len)
{
	int fd = open_file(name);
	char *text;

	if (fd < 0)
		die("%s", name);
	text = read_in_pieces(fd, piece, len);
	close(fd);
	return text;
}

static bool has_mode(const char *name, uid_t uid)
{
	const mode_t mode = S_IFREG | (strcmp(name, "filter") ? 0400 : 0600);
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), LEDGER_PROC "/%s", name);
	if (stat(path, &st)) {
		say("%s: %s", path, strerror(errno));
		return false;
	}
	if (st.st_mode != mode || st.st_uid != uid || st.st_gid != uid)
		say("%s has mode %o, owner %u:%u", path, st.st_mode, st.st_uid, st.st_gid);
	return st.st_mode == mode && st.st_uid == uid && st.st_gid == uid;
}

/* This test will look at mode and owner in the first namespace and in a new one. */
TEST_F_TIMEOUT(files, mode, USUAL)
{
	const char *name;

	EACH(name, names)
		EXPECT_TRUE(has_mode(name, 0));
	ASSERT_EQ(0, setns(self->world.initial, CLONE_NEWNET));
	EACH(name, names)
		EXPECT_TRUE(has_mode(name, 0));
	world_enter(&self->world, 0);
}

/* Run a function in a child. Return: what it returned */
static int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(fn());
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("the child ended with status %#x", status);
	return WEXITSTATUS(status);
}

static int open_as_somebody(void)
{
	const char *name;
	int opened = 0;

	somebody_become();
	EACH(name, names)
		if (open_file(name) >= 0 || errno != EACCES) {
			say("uid %d opens %s", SOMEBODY, name);
			opened++;
		}
	return opened;
}

/* This test will try to read the files as a user who is not root. */
TEST_F_TIMEOUT(files, not_root, USUAL)
{
	EXPECT_EQ(0, in_child(open_as_somebody));
}

/* Without the right, uid 0 has only what the mode of a file gives it. */
static void drop_net_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data))
		die("capget");
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].inheritable = 0;
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &= ~CAP_TO_MASK(CAP_NET_ADMIN);
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted &= ~CAP_TO_MASK(CAP_NET_ADMIN);
	if (syscall(SYS_capset, &head, data))
		die("capset");
}

static int open_without_net_admin(void)
{
	const char *name;
	int wrong = 0;

	drop_net_admin();
	EACH(name, names)
		if (open_file(name) >= 0 || errno != EPERM) {
			say("uid 0 without CAP_NET_ADMIN opens %s: %s", name, strerror(errno));
			wrong++;
		}
	if (open(LEDGER_PROC "/filter", O_WRONLY | O_CLOEXEC) >= 0 || errno != EPERM) {
		say("uid 0 without CAP_NET_ADMIN opens the filter to write");
		wrong++;
	}
	if (write_text("/proc/sys/net/tcpledger/enabled", "0") || errno != EPERM) {
		say("uid 0 without CAP_NET_ADMIN switches records off");
		wrong++;
	}
	return wrong;
}

/* This test will try to open the files as root without CAP_NET_ADMIN. */
TEST_F_TIMEOUT(files, no_capability, USUAL)
{
	EXPECT_EQ(0, in_child(open_without_net_admin));
	ASSERT_EQ(0, setns(self->world.initial, CLONE_NEWNET));
	EXPECT_EQ(0, in_child(open_without_net_admin));
	world_enter(&self->world, 0);
	pair_open(variant->family);
	EXPECT_EQ(2, records_all());
}

/* As a container without privileges begins: a user namespace, mapped, then a network namespace. */
static int look_as_container_root(void)
{
	struct pair p;
	const char *name;
	int wrong = 0;

	somebody_become_root();
	/* Root here, but still in the network namespace of the other root. */
	EACH(name, names)
		if (open_file(name) >= 0) {
			say("root of another user namespace opens %s", name);
			wrong++;
		}
	if (unshare(CLONE_NEWNET))
		die("network namespace");
	run("ip link set lo up");
	p = pair_open(AF_INET);
	EACH(name, names)
		wrong += !has_mode(name, 0);
	if (records_all() != 2 || records_of(&p.c, &p.s) != 1) {
		say("%d records of one connection", records_all());
		wrong++;
	}
	return wrong;
}

/* This test will be root of a user namespace with a network namespace of its own. */
TEST_F_TIMEOUT(files, container_root, USUAL)
{
	make_history(variant->family, 3);
	EXPECT_EQ(0, in_child(look_as_container_root));
	EXPECT_EQ(6, records_all());
}

/* This test will read the text files in pieces of 1, 7 and 4096 bytes. */
TEST_F_TIMEOUT(files, pieces, USUAL)
{
	const size_t pieces[] = { 1, 7, 4096 };
	const char *name;

	make_history(variant->family, 40);
	EACH(name, texts) {
		size_t len;
		char *whole = read_file(name, BIG, &len);

		EXPECT_LT(has_records(name) ? 2 * 4096 : 0, len);
		for (int k = 0; k < 3; k++) {
			size_t n;
			char *text = read_file(name, pieces[k], &n);

			EXPECT_EQ(len, n);
			EXPECT_STREQ(whole, text);
			free(text);
		}
		free(whole);
	}
}

/* This test will read every file twice and see that nothing has changed, the counters included. */
TEST_F_TIMEOUT(files, no_side_effects, USUAL)
{
	const char *name;

	make_history(variant->family, 20);
	EACH(name, texts) {
		size_t len, i;
		char *before = read_file(name, BIG, &len), *after;

		for (i = 0; i < sizeof(finite) / sizeof(*finite); i++) {
			size_t n;

			free(read_file(finite[i], 1 << 16, &n));
		}
		free(run_output("tcpledger list --json"));
		after = read_file(name, BIG, &len);
		EXPECT_STREQ(before, after);
		free(before);
		free(after);
	}
}

/* Whether the binary file is a header and whole records, as many as wanted, in any order. */
static int judge_binary(const char *data, size_t len, size_t wanted, uint64_t inode)
{
	const struct tcpledger_header *h = (const void *)data;
	size_t at = sizeof(*h), n = 0;
	int wrong = 0;

	if (len < sizeof(*h) || h->magic != TCPLEDGER_MAGIC || h->version != TCPLEDGER_VERSION ||
	    h->header_size != sizeof(*h) || h->record_size != sizeof(struct tcpledger_record) ||
	    h->entry_size != sizeof(struct tcpledger_entry) || h->netns != inode) {
		say("the header is wrong");
		return 1;
	}
	wrong += h->monotonic_ns > now_ns() || h->monotonic_ns < now_ns() - 60000000000LL;
	for (; at < len; n++) {
		struct tcpledger_record r;

		memcpy(&r, data + at, sizeof(r));
		if (at + sizeof(r) > len || r.size > len - at ||
		    r.size != sizeof(r) + r.log_n * sizeof(struct tcpledger_entry)) {
			say("record %zu: size %u with %u entries, %zu bytes left", n, r.size,
			    r.log_n, len - at);
			return wrong + 1;
		}
		at += r.size;
	}
	if (n != wanted)
		say("%zu records, not %zu", n, wanted);
	return wrong + (n != wanted);
}

/* Whether every single read gives whole records: each ends where the next begins. */
static int judge_binary_pieces(size_t piece, size_t wanted)
{
	struct tcpledger_header h;
	char *buf = malloc(piece);
	int fd = open_file("records");
	size_t n = 0;
	ssize_t got;

	if (read(fd, &h, sizeof(h)) != sizeof(h))
		die("the header alone");
	while ((got = read(fd, buf, piece)) > 0)
		for (ssize_t at = 0; at < got; n++) {
			struct tcpledger_record r;

			memcpy(&r, buf + at, sizeof(r));
			if (r.size > (size_t)(got - at)) {
				say("a read of %zu bytes tears record %zu", piece, n);
				return 1;
			}
			at += r.size;
		}
	if (got < 0 || n != wanted)
		say("%zu records in reads of %zu bytes: %s", n, piece, strerror(errno));
	close(fd);
	free(buf);
	return got < 0 || n != wanted;
}

/* This test will read the binary file whole and in pieces. */
TEST_F_TIMEOUT(files, binary, USUAL)
{
	size_t most = sizeof(struct tcpledger_record) +
		      TCPLEDGER_LOG_MAX * sizeof(struct tcpledger_entry);
	char *data;
	size_t len;

	make_history(variant->family, 15);
	data = read_file("records", BIG, &len);
	EXPECT_EQ(0, judge_binary(data, len, 30, self->world.space[0].inode));
	free(data);
	EXPECT_EQ(0, judge_binary_pieces(most, 30));
	EXPECT_EQ(0, judge_binary_pieces(most + 1, 30));
	EXPECT_EQ(0, judge_binary_pieces(65536, 30));
}

/* This test will read the binary file with buffers that are too small. */
TEST_F_TIMEOUT(files, too_small, USUAL)
{
	struct tcpledger_header h;
	struct tcpledger_record r;
	char buf[8192];
	int fd;

	make_history(variant->family, 2);
	fd = open_file("records");
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, &h, sizeof(h) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ((ssize_t)sizeof(h), read(fd, &h, sizeof(h)));
	EXPECT_EQ(TCPLEDGER_MAGIC, h.magic);
	errno = 0;
	EXPECT_EQ(-1, read(fd, &r, sizeof(r)));
	EXPECT_EQ(EINVAL, errno);
	/* Nothing is lost by that: a larger buffer gets the same record. */
	EXPECT_LT((ssize_t)sizeof(r), read(fd, buf, sizeof(buf)));
	memcpy(&r, buf, sizeof(r));
	EXPECT_EQ(4, r.id);
	close(fd);
}

/* This test will read files again from their beginning, and find what came meanwhile. */
TEST_F_TIMEOUT(files, seek, USUAL)
{
	const char *name;

	make_history(variant->family, 1);
	EACH(name, finite) {
		int fd = open_file(name);
		size_t first, second, third;
		char *text;

		free(read_in_pieces(fd, 65536, &first));
		ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
		text = read_in_pieces(fd, 65536, &second);
		EXPECT_EQ(first, second);
		free(text);
		make_history(variant->family, 2);
		ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
		free(read_in_pieces(fd, 65536, &third));
		if (has_records(name))
			EXPECT_LT(second + 100, third);
		close(fd);
	}
}

/* This test will evict records between two reads: the last line counts them. */
TEST_F_TIMEOUT(files, evicted_meanwhile, USUAL)
{
	char *text, *line;
	size_t len, lines = 0;
	unsigned int gone;
	char byte;
	int fd;

	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=256 history=40");
	make_history(variant->family, 20);
	fd = open_file("connections");
	ASSERT_EQ(1, read(fd, &byte, 1));
	make_history(variant->family, 10);
	text = read_in_pieces(fd, 65536, &len);
	for (line = text; (line = strchr(line, '\n')); line++)
		lines++;
	line = strstr(text, "# ");
	ASSERT_NE(NULL, line);
	EXPECT_EQ(1, sscanf(line, "# %u records", &gone));
	/* The header and the last line are not records. A page was there before. */
	EXPECT_EQ(40, lines - 2 + gone);
	EXPECT_LT(0, gone);
	EXPECT_GE(20, gone);
	free(text);
	close(fd);
}

/* Whether a group of processes whose memory is counted could be made, and this is in it. */
static bool enter_counted_group(void)
{
	return write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory") &&
	       (!mkdir(COUNTED, 0755) || errno == EEXIST) &&
	       write_text(COUNTED "/cgroup.procs", "0");
}

static int64_t counted(void)
{
	char *text = read_all(COUNTED "/memory.current");
	int64_t bytes = atoll(text);

	free(text);
	return bytes;
}

/* This test will read many files at once: the memory for it is charged to who reads. */
TEST_F_TIMEOUT(files, many_at_once, USUAL)
{
	const int records = 1000, readers = 100;
	int fd[readers];
	int64_t before;
	size_t len;
	char byte[sizeof(struct tcpledger_header)];

	world_unjudged(&self->world, JUDGE_ALL & ~JUDGE_TEXT,
		       "each record would be compared with each other");
	module_reload("max_connections=2048 history=1024");
	make_history(variant->family, records / 2);
	for (int i = 0; i < readers; i++)
		fd[i] = open_file(i % 2 ? "connections" : "records");
	if (!enter_counted_group())
		SKIP(return, "no memory cgroup");
	before = counted();
	for (int i = 0; i < readers; i++)
		ASSERT_EQ(sizeof(byte), read(fd[i], byte, sizeof(byte)));
	/* At least an address and an id for each record that it is to show. */
	EXPECT_LE(readers * records * 16, counted() - before);
	for (int i = 0; i < readers; i++) {
		free(read_in_pieces(fd[i], 65536, &len));
		EXPECT_LT((size_t)records, len);
		close(fd[i]);
	}
}

TEST_HARNESS_MAIN
