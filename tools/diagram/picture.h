/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection as a ladder diagram, before it is drawn: rows from top to
 * bottom in the order of time, arrows between them, the states of both ends.
 * The drawings in text and in SVG are made from this and nothing else.
 */
#ifndef TCPLEDGER_PICTURE_H
#define TCPLEDGER_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

struct record;

enum picture_side {
	PICTURE_LEFT,		/* the record's own end */
	PICTURE_RIGHT,
};

#define PICTURE_SIDES	2

/**
 * enum picture_fate - what became of a segment
 * @PICTURE_ARRIVED: it arrived, or nothing tells otherwise
 * @PICTURE_LOST: it left, and the other end's log does not have it
 * @PICTURE_REFUSED: it arrived, and TCP threw it away
 */
enum picture_fate {
	PICTURE_ARRIVED,
	PICTURE_LOST,
	PICTURE_REFUSED,
};

/**
 * struct picture_arrow - a segment
 * @from: the side that sent it
 * @fate: what became of it
 * @departs: row of the departure; -1 if it only arrived, though the other
 *	end has a log
 * @arrives: row of the arrival; -1 if lost. The same as @departs where only
 *	one end is recorded: its moment is known at that end only
 * @flags: TCPLEDGER_FIN and so on
 * @seq: sequence number as to be shown
 * @ack: acknowledgment number as to be shown
 * @len: payload bytes
 * @win: window field as on the wire
 * @again: this SYN or FIN was sent before
 * @alien: not sent by TCP
 */
struct picture_arrow {
	enum picture_side	from;
	enum picture_fate	fate;
	int			departs;
	int			arrives;
	unsigned int		flags;
	int64_t			seq;
	int64_t			ack;
	uint32_t		len;
	uint16_t		win;
	bool			again;
	bool			alien;
};

/**
 * struct picture_stay - a state and how long it lasted
 * @side: whose
 * @state: enum tcpledger_state
 * @row: where it begins
 * @measured: the end is recorded, else the state is inferred
 * @lasts: it is not over
 * @lasted_ns: how long it lasted, or has lasted so far; -1 if unknown
 */
struct picture_stay {
	enum picture_side	side;
	unsigned char		state;
	unsigned int		row;
	bool			measured;
	bool			lasts;
	int64_t			lasted_ns;
};

/**
 * enum picture_kind - what a row tells
 * @PICTURE_EVENT: an arrow's end, a state, or both, at a moment
 * @PICTURE_PAUSE: a time in which nothing was logged
 * @PICTURE_PHASE: what begins here, in words
 * @PICTURE_NOTE: an anomaly
 * @PICTURE_WAIT: the 2MSL of an end
 * @PICTURE_DATA: the payload that was exchanged, which the log leaves out
 */
enum picture_kind {
	PICTURE_EVENT,
	PICTURE_PAUSE,
	PICTURE_PHASE,
	PICTURE_NOTE,
	PICTURE_WAIT,
	PICTURE_DATA,
};

/**
 * struct picture_row - a row
 * @kind: what it tells
 * @side: where it happens
 * @t_ns: when, from the picture's beginning; of a pause: how long; -1 unknown
 * @departs: arrow that leaves here, or -1
 * @arrives: arrow that comes here, or -1
 * @stay: state that begins here, by side; index or -1
 * @words: of a phase or pause; NULL for none
 * @tag: of a note: enum tcpledger_anomaly
 */
struct picture_row {
	enum picture_kind	kind;
	enum picture_side	side;
	int64_t			t_ns;
	int			departs;
	int			arrives;
	int			stay[PICTURE_SIDES];
	const char		*words;
	unsigned int		tag;
};

#define PICTURE_RESTARTS	16	/* restarts of 2MSL that are drawn */

/**
 * struct picture_end - one side
 * @record: its record; NULL if the end is not recorded
 * @offset_ns: what its times are behind the picture's
 * @isn: initial sequence number, -1 if unknown
 * @waits: it is or was in TIME_WAIT
 * @restart_ns: restarts of 2MSL, from its beginning
 * @restarts: how many of them
 */
struct picture_end {
	const struct record	*record;
	int64_t			offset_ns;
	int64_t			isn;
	bool			waits;
	int64_t			restart_ns[PICTURE_RESTARTS];
	unsigned int		restarts;
};

/**
 * struct picture - the whole
 * @end: both sides; the left one is always recorded
 * @self: both are one socket, which connected to itself
 * @absolute: sequence numbers are as on the wire, else from the initial ones
 * @opened_at: CLOCK_REALTIME of the picture's beginning, -1 if unknown
 * @rows: from top to bottom
 * @row_count: how many
 * @row_room: how many fit
 * @arrows: segments
 * @arrow_count: how many
 * @stays: states, in order of each side
 * @stay_count: how many
 */
struct picture {
	struct picture_end	end[PICTURE_SIDES];
	bool			self;
	bool			absolute;
	int64_t			opened_at;
	struct picture_row	*rows;
	unsigned int		row_count;
	size_t			row_room;
	struct picture_arrow	*arrows;
	unsigned int		arrow_count;
	struct picture_stay	*stays;
	unsigned int		stay_count;
};

struct picture_row *picture_add_row(struct picture *picture, enum picture_kind kind,
				    enum picture_side side, int64_t t_ns);
void picture_free(struct picture *picture);

#endif
