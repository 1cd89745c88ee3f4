/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The logs of both ends as one, in the order of true time. Pure.
 */
#ifndef TCPLEDGER_TIMELINE_H
#define TCPLEDGER_TIMELINE_H

#include <stdint.h>

#include "present/diagram/diagram.h"

/**
 * struct timeline_event - an entry of one of the logs
 * @side: whose log
 * @n: index of the entry
 * @other: of a segment: index of the same segment in the other log, or -1
 * @t_ns: when, from the diagram's beginning; -1 if unknown
 */
struct timeline_event {
	enum diagram_side	side;
	unsigned int		n;
	int			other;
	int64_t			t_ns;
};

/**
 * struct timeline - all entries
 * @events: them
 * @count: how many
 */
struct timeline {
	struct timeline_event	*events;
	unsigned int		count;
};

void timeline_make(struct timeline *timeline, const struct diagram *diagram);
int64_t timeline_usual_gap(const struct timeline *timeline);
void timeline_free(struct timeline *timeline);

#endif
