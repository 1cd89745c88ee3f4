/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report: records as one HTML file that wants nothing from outside, with the
 * records themselves inside.
 */
#ifndef TCPLEDGER_REPORT_H
#define TCPLEDGER_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct collection;
struct file;

#define REPORT_LEAST	(256 * 1024)		/* bytes that the smallest report may take */
#define REPORT_USUAL	(16 * 1024 * 1024)

/**
 * struct report - a report
 * @collection: its records
 * @source: where they were read, for people; NULL if that is not to be told
 * @other_source: where those of the second of two hosts were, or NULL
 * @redacted: addresses and names have been replaced
 * @most: bytes that it may take
 * @told: set to how many records it tells of
 */
struct report {
	const struct collection	*collection;
	const char		*source;
	const char		*other_source;
	bool			redacted;
	uint64_t		most;
	unsigned long long	told;
};

int report_write(struct report *report, struct file *file);

#endif
