// SPDX-License-Identifier: GPL-2.0
/*
 * The other end is in the same file where both are in one namespace, or where
 * the file was put together from several. Of another host it is in a file that was
 * named. Otherwise it may be in another namespace of this machine, if we may enter
 * that: one that has the peer's address. The initial namespace has the records of the
 * dead, whose addresses went with them.
 */
#define _GNU_SOURCE
#include "read/peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "read/reader.h"
#include "read/record.h"
#include "read/source.h"

#define PEER_RECORDS	"/proc/thread-self/net/tcpledger/records"
#define PEER_OWN	"/proc/thread-self/ns/net"
#define PEER_INITIAL	"/proc/1/ns/net"

/**
 * struct spaces - network namespaces that were looked into
 * @inodes: their inode numbers
 * @count: how many
 * @room: how many fit
 * @initial: the one that the dead leave their records to, 0 if unknown
 * @entered: one of them was entered
 */
struct spaces {
	ino_t		*inodes;
	unsigned int	count;
	size_t		room;
	ino_t		initial;
	bool		entered;
};

static bool is_new(struct spaces *spaces, ino_t inode)
{
	unsigned int i;

	for (i = 0; i < spaces->count; i++)
		if (spaces->inodes[i] == inode)
			return false;
	spaces->inodes = memory_grow(spaces->inodes, spaces->count, &spaces->room,
				     sizeof(*spaces->inodes));
	spaces->inodes[spaces->count++] = inode;
	return true;
}

/**
 * peer_is - whether a record is of the other end, and not the same record again
 * @record: a checked record
 * @other: another
 *
 * Return: true if it is.
 */
bool peer_is(const struct record *record, const struct record *other)
{
	const struct tcpledger_record *r = &record->fixed, *o = &other->fixed;

	if (r->peer_id && r->peer_id == o->id && r->netns == o->netns && r->id == o->peer_id)
		return true;
	return record_is_other_end(record, other) && (r->id != o->id || r->netns != o->netns);
}

/**
 * peer_distance - how far apart two records began
 * @record: a checked record
 * @other: another
 * @ns: set to nanoseconds
 *
 * Return: false if that is no number.
 */
bool peer_distance(const struct record *record, const struct record *other, uint64_t *ns)
{
	int64_t lag;

	if (__builtin_sub_overflow(other->fixed.base_ns, record->fixed.base_ns, &lag))
		return false;
	*ns = lag < 0 ? 0 - (uint64_t)lag : (uint64_t)lag;
	return true;
}

/* Of several, the one that began nearest: 0 is the record's own beginning. */
static void keep_peers(struct reader *reader, const struct record *record,
		       struct record_list *found)
{
	const struct record *other;

	while (!reader_next(reader, &other) && other) {
		struct sort_place place = { 0 };

		if (!peer_is(record, other) || !peer_distance(record, other, &place.high))
			continue;
		record_list_add(found, other, &place);
	}
}

static void look_into(const struct source *source, const struct record *record,
		      struct record_list *found)
{
	struct reader reader;

	if (!reader_open(&reader, source))
		keep_peers(&reader, record, found);
	reader_close(&reader);
}

/* In what was read, the other end may be in any namespace. */
static void look_into_same(const struct source *source, const struct record *record,
			   struct record_list *found)
{
	struct source whole = *source;

	whole.chosen = false;
	look_into(&whole, record, found);
}

/*
 * Whether the peer's address is one of the namespace that this thread is in. Only
 * the kernel knows all that count as that, and it tells whom it lets bind one.
 */
static bool has_peer(const struct tcpledger_record *r)
{
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool may = true;

	if (fd < 0)
		return true;
	memcpy(&in6.sin6_addr, r->remote, sizeof(in6.sin6_addr));
	memcpy(&in.sin_addr, r->remote, sizeof(in.sin_addr));
	if (bind(fd, ipv6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
		 ipv6 ? sizeof(in6) : sizeof(in)))
		may = errno != EADDRNOTAVAIL;
	close(fd);
	return may;
}

/* What goes to a loopback address stays in its namespace. */
static bool is_loopback(const struct tcpledger_record *r)
{
	struct in6_addr address;

	memcpy(&address, r->remote, sizeof(address));
	return r->flags & TCPLEDGER_REC_IPV6 ? IN6_IS_ADDR_LOOPBACK(&address) :
					       r->remote[0] == IN_LOOPBACKNET;
}

/* A namespace by the path of its descriptor, if it is not known yet. */
static void look_into_space(const char *path, struct spaces *spaces,
			    const struct record *record, struct record_list *found)
{
	static const char *records = PEER_RECORDS;
	const struct source entered = { .file = PEER_RECORDS, .files = &records, .file_count = 1 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && is_new(spaces, st.st_ino) && !setns(fd, CLONE_NEWNET)) {
		spaces->entered = true;
		if ((st.st_ino == spaces->initial || has_peer(&record->fixed)) &&
		    !access(PEER_RECORDS, R_OK))
			look_into(&entered, record, found);
	}
	close(fd);
}

static void look_into_spaces(const char *folder, const char *suffix, struct spaces *spaces,
			     const struct record *record, struct record_list *found)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];

	if (!dir)
		return;
	while (!found->count && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    (*suffix && (entry->d_name[0] < '0' || entry->d_name[0] > '9')))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", folder, entry->d_name, suffix);
		look_into_space(path, spaces, record, found);
	}
	closedir(dir);
}

static void look_elsewhere(const struct record *record, struct record_list *found)
{
	struct spaces spaces = { 0 };
	int own = open(PEER_OWN, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (!stat(PEER_INITIAL, &st))
		spaces.initial = st.st_ino;
	if (own >= 0 && !fstat(own, &st)) {
		is_new(&spaces, st.st_ino);
		look_into_spaces("/run/netns", "", &spaces, record, found);
		look_into_spaces("/proc", "/ns/net", &spaces, record, found);
		fail_quietly(false);
		if (spaces.entered && setns(own, CLONE_NEWNET))
			fail_work("only what follows is touched",
				  "cannot return to the own network namespace");
	}
	if (own >= 0)
		close(own);
	free(spaces.inodes);
}

/* A pipe can be read only once, and has been. */
static bool can_be_read_again(const struct source *source)
{
	struct stat st;

	/* What is not there itself is the name of a set of files. */
	return !source->file || stat(source->file, &st) || S_ISREG(st.st_mode) ||
	       S_ISDIR(st.st_mode);
}

/**
 * peer_find - find the record of the other end
 * @source: where the record was read
 * @record: the record
 * @found: all zero; holds what was found, for record_list_free() in every case
 *
 * Return: the record, good until record_list_free(); NULL if there is none.
 */
const struct record *peer_find(const struct source *source, const struct record *record,
			       struct record_list *found)
{
	if (record_is_self_connect(record))
		return NULL;
	fail_quietly(true);
	if (can_be_read_again(source))
		look_into_same(source, record, found);
	if (!found->count && source_is_live(source) && !is_loopback(&record->fixed))
		look_elsewhere(record, found);
	fail_quietly(false);
	record_list_sort(found);
	return record_list_next(found);
}

/**
 * peer_join_with - whether a record of another host is of the other end
 * @record: a checked record
 * @other: one of the other host's, one after the other
 * @join: how sure that is of what was found before, PEER_NONE at first; set to how sure
 *	it is now
 *
 * One with the right addresses is without doubt, whatever else has the same initial
 * sequence numbers.
 *
 * Return: true if @other counts: where @join became PEER_BY_ADDRESSES instead of all
 * before it, else beside them.
 */
bool peer_join_with(const struct record *record, const struct record *other,
		    enum peer_join *join)
{
	if (*join == PEER_BY_ADDRESSES || !record_isns_agree(record, other))
		return false;
	if (record_addresses_agree(record, other))
		*join = PEER_BY_ADDRESSES;
	else
		*join = *join == PEER_NONE ? PEER_BY_ISNS : PEER_DOUBTFUL;
	return true;
}

static enum peer_join keep_joined(struct reader *reader, const struct record *record,
				  struct record_list *found, int *status)
{
	const struct record *other;
	enum peer_join join = PEER_NONE;

	while (!(*status = reader_next(reader, &other)) && other) {
		struct sort_place place = { 0 };

		if (!peer_join_with(record, other, &join))
			continue;
		if (join == PEER_BY_ADDRESSES)
			record_list_free(found);
		record_list_add(found, other, &place);
	}
	return join;
}

/**
 * peer_find_in_file - find the record of the other end in another host's records
 * @file: the file
 * @record: the record
 * @found: all zero; holds what was found, for record_list_free() in every case
 * @peer: set to the record, good until record_list_free(); NULL if there is none
 *	without doubt
 * @join: set to how it was found
 *
 * Return: 0, or an exit status with the error reported.
 */
int peer_find_in_file(const char *file, const struct record *record, struct record_list *found,
		      const struct record **peer, enum peer_join *join)
{
	const struct source source = { .file = file };
	struct reader reader;
	int status = reader_open(&reader, &source);

	*peer = NULL;
	*join = PEER_NONE;
	if (!status)
		*join = keep_joined(&reader, record, found, &status);
	reader_close(&reader);
	if (*join == PEER_BY_ADDRESSES || *join == PEER_BY_ISNS)
		*peer = record_list_next(found);
	return status;
}
