/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and values, and how OpenMetrics and Prometheus want them.
 */
#ifndef TCPLEDGER_METRICS_H
#define TCPLEDGER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum metrics_format - how names and values look
 * @METRICS_OPENMETRICS: OpenMetrics 1.0
 * @METRICS_PROMETHEUS: text format 0.0.4, the only one that node_exporter reads from files
 */
enum metrics_format {
	METRICS_OPENMETRICS,
	METRICS_PROMETHEUS,
};

/**
 * struct metric - one line of the stats file
 * @name: its name
 * @text: its value as it stands there
 * @is_number: it is a number
 * @number: the number
 */
struct metric {
	const char	*name;
	const char	*text;
	bool		is_number;
	uint64_t	number;
};

/**
 * struct metrics - all lines, in their order; all zero when empty
 * @items: the lines
 * @count: how many
 * @room: how many fit
 */
struct metrics {
	struct metric	*items;
	size_t		count;
	size_t		room;
};

void metrics_add(struct metrics *metrics, const char *name, const char *text);
void metrics_print(const struct metrics *metrics, enum metrics_format format);
void metrics_free(struct metrics *metrics);

#endif
