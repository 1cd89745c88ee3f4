/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame of a report: what every HTML file has, and what holds its parts.
 */
#ifndef TCPLEDGER_PAGE_H
#define TCPLEDGER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct tally;
struct text;

/**
 * struct page_facts - what is told of a report itself
 * @source: where the records were read; NULL if that is not to be told
 * @other_source: where those of the second of two hosts were read, as @source
 * @two_hosts: they are of two hosts
 * @joined: so many connections have a record of each
 * @read_at: CLOCK_REALTIME of that, -1 if unknown
 * @redacted: addresses and names have been replaced
 * @count: how many records it counts
 * @wanted: how many of them are wanted for themselves
 * @told: how many of them had room
 * @most: bytes that it may take
 */
struct page_facts {
	const char	*source;
	const char	*other_source;
	bool		two_hosts;
	uint64_t	joined;
	int64_t		read_at;
	bool		redacted;
	uint64_t	count, wanted, told, most;
};

void page_begin(struct text *page, const struct page_facts *facts, const struct tally *tally);
void page_begin_connections(struct text *page);
void page_end_connections(struct text *page);
void page_end(struct text *page);

#endif
