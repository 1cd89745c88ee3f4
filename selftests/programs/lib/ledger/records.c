// SPDX-License-Identifier: GPL-2.0
#include "lib/ledger/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/ledger/proc.h"

static size_t read_file(struct records *records)
{
	size_t room = 1 << 20, len = 0;
	int fd = open(LEDGER_PROC "/records", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		die(LEDGER_PROC "/records");
	records->data = malloc(room);
	for (;;) {
		if (room - len < 1 << 18)
			records->data = realloc(records->data, room *= 2);
		if (!records->data)
			die("no memory");
		got = read(fd, records->data + len, room - len);
		if (got <= 0)
			break;
		len += got;
	}
	if (got < 0)
		die("read " LEDGER_PROC "/records");
	close(fd);
	return len;
}

/**
 * records_read - read all records of this namespace
 * @records: filled in
 */
void records_read(struct records *records)
{
	const struct tcpledger_header *head;
	size_t len, at, room = 0;

	memset(records, 0, sizeof(*records));
	len = read_file(records);
	head = (const void *)records->data;
	if (len < sizeof(*head) || head->magic != TCPLEDGER_MAGIC ||
	    head->record_size != sizeof(struct tcpledger_record) ||
	    head->entry_size != sizeof(struct tcpledger_entry))
		die("the head of " LEDGER_PROC "/records");
	for (at = head->header_size; at < len;) {
		const struct tcpledger_record *rec = (const void *)(records->data + at);

		if (len - at < sizeof(*rec) || rec->size > len - at || rec->size < sizeof(*rec))
			die("a torn record in " LEDGER_PROC "/records");
		if (records->n == room) {
			room = room ? room * 2 : 256;
			records->list = realloc(records->list, room * sizeof(*records->list));
			if (!records->list)
				die("no memory");
		}
		records->list[records->n++] = rec;
		at += rec->size;
	}
}

void records_free(struct records *records)
{
	free(records->list);
	free(records->data);
}

/**
 * records_keep_netns - leave only the records of one namespace, which may be dead
 * @records: records
 * @inode: its number
 * @since: when it was made, CLOCK_MONOTONIC: a dead namespace's number is soon another's
 */
void records_keep_netns(struct records *records, uint64_t inode, int64_t since)
{
	size_t n = 0;

	for (size_t i = 0; i < records->n; i++)
		if (records->list[i]->netns == inode && records->list[i]->base_ns >= since)
			records->list[n++] = records->list[i];
	records->n = n;
}

const struct tcpledger_entry *records_log(const struct tcpledger_record *rec)
{
	return (const void *)(rec + 1);
}

static struct endpoint endpoint_of(const struct tcpledger_record *rec, const __u8 *ip, __u16 port)
{
	struct endpoint ep = { .port = port };

	if (rec->flags & TCPLEDGER_REC_IPV6) {
		memcpy(&ep.ip, ip, 16);
	} else {
		memset(ep.ip.s6_addr + 10, 0xff, 2);
		memcpy(ep.ip.s6_addr + 12, ip, 4);
	}
	return ep;
}

struct endpoint records_local(const struct tcpledger_record *rec)
{
	return endpoint_of(rec, rec->local, rec->lport);
}

struct endpoint records_remote(const struct tcpledger_record *rec)
{
	return endpoint_of(rec, rec->remote, rec->rport);
}

static int compare(const struct tcpledger_record *rec, const struct endpoint *local,
		   const struct endpoint *remote, int64_t ns)
{
	struct endpoint l = records_local(rec), r = records_remote(rec);
	int order = endpoint_compare(&l, local);

	if (!order)
		order = endpoint_compare(&r, remote);
	return order ? order : (rec->base_ns > ns) - (rec->base_ns < ns);
}

static int by_tuple(const void *a, const void *b)
{
	const struct tcpledger_record *x = *(const struct tcpledger_record *const *)a;
	const struct tcpledger_record *y = *(const struct tcpledger_record *const *)b;
	struct endpoint l = records_local(y), r = records_remote(y);

	return compare(x, &l, &r, y->base_ns);
}

/**
 * records_sort - sort by tuple, and records of one tuple by their beginning
 * @records: records
 */
void records_sort(struct records *records)
{
	if (records->n)
		qsort(records->list, records->n, sizeof(*records->list), by_tuple);
}

/**
 * records_find - find the record that a tuple had at a moment
 * @records: sorted
 * @local: own end
 * @remote: the other
 * @ns: the moment, CLOCK_MONOTONIC
 * Return: the last record of the tuple that began until then, or NULL
 */
const struct tcpledger_record *records_find(const struct records *records,
					    const struct endpoint *local,
					    const struct endpoint *remote, int64_t ns)
{
	size_t low = 0, high = records->n;
	struct endpoint l, r;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(records->list[mid], local, remote, ns) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	l = records_local(records->list[low - 1]);
	r = records_remote(records->list[low - 1]);
	return endpoint_equal(&l, local) && endpoint_equal(&r, remote) ? records->list[low - 1] :
									   NULL;
}
