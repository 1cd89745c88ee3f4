/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection as a ladder diagram, before it is drawn: rows from top to
 * bottom in the order of time, arrows between them, the states of both ends.
 * The drawings in text and in SVG are made from this and nothing else.
 */
#ifndef TCPLEDGER_DIAGRAM_H
#define TCPLEDGER_DIAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

struct record;

enum diagram_side {
	DIAGRAM_LEFT,		/* the record's own end */
	DIAGRAM_RIGHT,
};

#define DIAGRAM_SIDES	2

/**
 * enum diagram_delivery - what became of a segment
 * @DIAGRAM_ARRIVED: it arrived, or nothing tells otherwise
 * @DIAGRAM_LOST: it left, and the other end's log does not have it
 * @DIAGRAM_REFUSED: it arrived, and TCP threw it away
 */
enum diagram_delivery {
	DIAGRAM_ARRIVED,
	DIAGRAM_LOST,
	DIAGRAM_REFUSED,
};

/**
 * struct diagram_arrow - a segment
 * @from: the side that sent it
 * @delivery: what became of it
 * @departs: row of the departure; -1 if it only arrived, though the other
 *	end has a log
 * @arrives: row of the arrival; -1 if lost. The same as @departs where only
 *	one end is recorded: its moment is known at that end only
 * @flags: TCPLEDGER_FIN and so on
 * @seq: sequence number as to be shown
 * @ack: acknowledgment number as to be shown
 * @len: payload bytes
 * @win: window field as on the wire
 * @entry: the segment in the log of each end, -1 where it is not; of a socket that
 *	connected to itself, departure and arrival in its one log
 * @retransmitted: this SYN or FIN was sent before
 * @not_tcp: not sent by TCP
 */
struct diagram_arrow {
	enum diagram_side	from;
	enum diagram_delivery	delivery;
	int			departs;
	int			arrives;
	unsigned int		flags;
	int64_t			seq;
	int64_t			ack;
	uint32_t		len;
	uint16_t		win;
	int			entry[DIAGRAM_SIDES];
	bool			retransmitted;
	bool			not_tcp;
};

/**
 * struct diagram_stay - a state and how long it lasted
 * @side: whose
 * @state: enum tcpledger_state
 * @row: where it begins
 * @entry: the change of state in the log of its side or, inferred, the segment in
 *	that of the other; -1 if it was there before
 * @measured: the end is recorded, else the state is inferred
 * @lasts: it is not over
 * @lasted_ns: how long it lasted, or has lasted so far; -1 if unknown
 */
struct diagram_stay {
	enum diagram_side	side;
	unsigned char		state;
	unsigned int		row;
	int			entry;
	bool			measured;
	bool			lasts;
	int64_t			lasted_ns;
};

/**
 * enum diagram_kind - what a row tells
 * @DIAGRAM_EVENT: an arrow's end, a state, or both, at a moment
 * @DIAGRAM_PAUSE: a time in which nothing was logged
 * @DIAGRAM_PHASE: what begins here, in words
 * @DIAGRAM_NOTE: an anomaly
 * @DIAGRAM_WAIT: the 2MSL of an end
 * @DIAGRAM_DATA: the payload that was exchanged, which the log leaves out
 */
enum diagram_kind {
	DIAGRAM_EVENT,
	DIAGRAM_PAUSE,
	DIAGRAM_PHASE,
	DIAGRAM_NOTE,
	DIAGRAM_WAIT,
	DIAGRAM_DATA,
};

/**
 * struct diagram_row - a row
 * @kind: what it tells
 * @side: where it happens
 * @t_ns: when, from the diagram's beginning; of a pause: how long; -1 unknown
 * @departs: arrow that leaves here, or -1
 * @arrives: arrow that comes here, or -1
 * @stay: state that begins here, by side; index or -1
 * @words: of a phase or pause; NULL for none
 * @tag: of a note: enum tcpledger_anomaly
 */
struct diagram_row {
	enum diagram_kind	kind;
	enum diagram_side	side;
	int64_t			t_ns;
	int			departs;
	int			arrives;
	int			stay[DIAGRAM_SIDES];
	const char		*words;
	unsigned int		tag;
};

#define DIAGRAM_RESTARTS	16	/* restarts of 2MSL that are drawn */

/**
 * struct diagram_end - one side
 * @record: its record; NULL if the end is not recorded
 * @offset_ns: what its times are behind the diagram's
 * @isn: initial sequence number, -1 if unknown
 * @waits: it is or was in TIME_WAIT
 * @restart_ns: restarts of 2MSL, from its beginning
 * @restarts: how many of them
 * @entry_row: of a recorded end: the row of each entry of its log
 */
struct diagram_end {
	const struct record	*record;
	int64_t			offset_ns;
	int64_t			isn;
	bool			waits;
	int64_t			restart_ns[DIAGRAM_RESTARTS];
	unsigned int		restarts;
	unsigned int		*entry_row;
};

/**
 * struct diagram - the whole
 * @end: both sides; the left one is always recorded
 * @self: both are one socket, which connected to itself
 * @absolute: sequence numbers are as on the wire, else from the initial ones
 * @opened_at: CLOCK_REALTIME of the diagram's beginning, -1 if unknown
 * @rows: from top to bottom
 * @row_count: how many
 * @row_room: how many fit
 * @arrows: segments
 * @arrow_count: how many
 * @stays: states, in order of each side
 * @stay_count: how many
 */
struct diagram {
	struct diagram_end	end[DIAGRAM_SIDES];
	bool			self;
	bool			absolute;
	int64_t			opened_at;
	struct diagram_row	*rows;
	unsigned int		row_count;
	size_t			row_room;
	struct diagram_arrow	*arrows;
	unsigned int		arrow_count;
	struct diagram_stay	*stays;
	unsigned int		stay_count;
};

struct diagram_row *diagram_add_row(struct diagram *diagram, enum diagram_kind kind,
				    enum diagram_side side, int64_t t_ns);
void diagram_free(struct diagram *diagram);

#endif
