// SPDX-License-Identifier: GPL-2.0
/*
 * Times of one log never decrease, but for the change from LISTEN to SYN_RECV,
 * which is entered late with the time of its SYN. That is put right here; then
 * two logs in order are merged, where a segment must have left before it comes.
 */
#include "present/diagram/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "meaning/arrivals.h"
#include "read/record.h"

/**
 * struct lane - one log on its way into the timeline
 * @events: its entries in order
 * @count: how many
 * @next: the first that is not merged
 */
struct lane {
	struct timeline_event	*events;
	unsigned int		count;
	unsigned int		next;
};

static int64_t moment(const struct diagram_end *end, const struct tcpledger_entry *e)
{
	int64_t t;

	if (e->t_ns < 0 || __builtin_add_overflow(e->t_ns, end->offset_ns, &t))
		return -1;
	return t;
}

static void fill(struct lane *lane, enum diagram_side side, const struct diagram_end *end,
		 const int *arrives, const int *departs)
{
	unsigned int i, at;

	if (!end->record)
		return;
	lane->count = end->record->fixed.log_n;
	lane->events = memory_new(lane->count, sizeof(*lane->events));
	for (i = 0; i < lane->count; i++) {
		const struct tcpledger_entry *e = &end->record->log[i];
		struct timeline_event event = {
			.side = side, .n = i, .other = -1, .t_ns = moment(end, e),
		};

		if (e->type == TCPLEDGER_ENTRY_OUT)
			event.other = arrives[i];
		else if (e->type == TCPLEDGER_ENTRY_IN)
			event.other = departs[i];
		if (event.t_ns < 0 && i)	/* it stands where it was entered */
			event.t_ns = lane->events[i - 1].t_ns;
		for (at = i; at && lane->events[at - 1].t_ns > event.t_ns; at--)
			lane->events[at] = lane->events[at - 1];
		lane->events[at] = event;
	}
}

/* Whether the next of a lane waits for its departure in the other. */
static bool is_early(const struct lane *lane, const struct lane *other,
		     const struct diagram *diagram)
{
	const struct timeline_event *e = &lane->events[lane->next];
	unsigned int i;

	if (e->other < 0 ||
	    diagram->end[e->side].record->log[e->n].type != TCPLEDGER_ENTRY_IN)
		return false;
	for (i = other->next; i < other->count; i++)
		if (other->events[i].n == (unsigned int)e->other)
			return true;
	return false;
}

/* Two clocks would be needed to make each of two segments come before it left. */
static void forget_match(struct lane *lane, struct lane *other)
{
	struct timeline_event *e = &lane->events[lane->next];
	unsigned int i;

	for (i = other->next; i < other->count; i++)
		if (other->events[i].n == (unsigned int)e->other)
			other->events[i].other = -1;
	e->other = -1;
}

static void merge(struct timeline *timeline, struct lane lanes[DIAGRAM_SIDES],
		  const struct diagram *diagram)
{
	struct lane *left = &lanes[DIAGRAM_LEFT], *right = &lanes[DIAGRAM_RIGHT], *from;

	while (left->next < left->count || right->next < right->count) {
		if (right->next == right->count) {
			from = left;
		} else if (left->next == left->count) {
			from = right;
		} else {
			from = left->events[left->next].t_ns <= right->events[right->next].t_ns ?
			       left : right;
			if (is_early(from, from == left ? right : left, diagram))
				from = from == left ? right : left;
			if (is_early(from, from == left ? right : left, diagram))
				forget_match(from, from == left ? right : left);
		}
		timeline->events[timeline->count++] = from->events[from->next++];
	}
}

/**
 * timeline_make - put the logs of both ends in order
 * @timeline: set up, for timeline_free()
 * @diagram: whose ends are set
 */
void timeline_make(struct timeline *timeline, const struct diagram *diagram)
{
	const struct diagram_end *left = &diagram->end[DIAGRAM_LEFT];
	const struct diagram_end *right = &diagram->end[DIAGRAM_RIGHT];
	struct lane lanes[DIAGRAM_SIDES] = { 0 };
	int *arrives[DIAGRAM_SIDES], *departs[DIAGRAM_SIDES];
	unsigned int side;

	memset(timeline, 0, sizeof(*timeline));
	for (side = 0; side < DIAGRAM_SIDES; side++) {
		const struct record *record = diagram->end[side].record;
		unsigned int n = record ? record->fixed.log_n : 0;

		arrives[side] = memory_new(n, sizeof(int));
		departs[side] = memory_new(n, sizeof(int));
		memset(arrives[side], 0xff, n * sizeof(int));
		memset(departs[side], 0xff, n * sizeof(int));
		timeline->count += n;
	}
	timeline->events = memory_new(timeline->count, sizeof(*timeline->events));
	timeline->count = 0;
	if (right->record) {
		arrivals_between(left->record, right->record, arrives[0], departs[1]);
		arrivals_between(right->record, left->record, arrives[1], departs[0]);
	} else if (diagram->self) {
		arrivals_between(left->record, left->record, arrives[0], departs[0]);
	}
	for (side = 0; side < DIAGRAM_SIDES; side++)
		fill(&lanes[side], (enum diagram_side)side, &diagram->end[side], arrives[side],
		     departs[side]);
	merge(timeline, lanes, diagram);
	for (side = 0; side < DIAGRAM_SIDES; side++) {
		free(arrives[side]);
		free(departs[side]);
		free(lanes[side].events);
	}
}

static int compare_gaps(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/**
 * timeline_usual_gap - the time that usually is between two events
 * @timeline: the events
 *
 * Return: the median of the gaps of a microsecond or more, in nanoseconds; 0 if
 * there are none.
 */
int64_t timeline_usual_gap(const struct timeline *timeline)
{
	int64_t *gaps = memory_new(timeline->count, sizeof(*gaps)), usual;
	unsigned int i, n = 0;

	for (i = 1; i < timeline->count; i++) {
		int64_t gap = timeline->events[i].t_ns - timeline->events[i - 1].t_ns;

		if (timeline->events[i - 1].t_ns >= 0 && gap >= 1000)
			gaps[n++] = gap;
	}
	qsort(gaps, n, sizeof(*gaps), compare_gaps);
	usual = n ? gaps[n / 2] : 0;
	free(gaps);
	return usual;
}

/**
 * timeline_free - give the memory back
 * @timeline: what timeline_make() set up
 */
void timeline_free(struct timeline *timeline)
{
	free(timeline->events);
	memset(timeline, 0, sizeof(*timeline));
}
