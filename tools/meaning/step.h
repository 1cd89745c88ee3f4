/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step of a connection: the kinds there are, and what the log tells about the
 * segment of one. Pure.
 */
#ifndef TCPLEDGER_STEP_H
#define TCPLEDGER_STEP_H

#include <stdbool.h>
#include <stdint.h>

struct record;

/* In: the peer sent it. Out: we did. Change: no segment of the log caused it. */
#define STEP_KINDS(X)							\
	X(SYN_OUT) X(SYN_OUT_DATA) X(SYN_OUT_AGAIN)			\
	X(SYN_IN) X(SYN_IN_DATA) X(SYN_IN_AGAIN) X(SYN_IN_CROSSES)	\
	X(SYN_IN_CLOSED_PORT) X(SYN_IN_UNANSWERED) X(SYN_IN_STALE)	\
	X(SYN_IN_TIME_WAIT) X(SYN_IN_REUSES)				\
	X(SYNACK_OUT) X(SYNACK_OUT_COOKIE) X(SYNACK_OUT_CROSSES)	\
	X(SYNACK_OUT_AGAIN)						\
	X(SYNACK_IN) X(SYNACK_IN_CROSSES) X(SYNACK_IN_AGAIN)		\
	X(SYNACK_IN_STALE)						\
	X(ACK_OUT_THIRD) X(ACK_OUT_OF_FIN) X(ACK_OUT_LAST)		\
	X(ACK_OUT_LAST_AGAIN) X(ACK_OUT_CHALLENGE) X(ACK_OUT_ANSWER)	\
	X(ACK_IN_THIRD) X(ACK_IN_NOT_TAKEN) X(ACK_IN_INVALID)		\
	X(ACK_IN_OF_FIN) X(ACK_IN_CLOSING) X(ACK_IN_LAST)		\
	X(FIN_OUT) X(FIN_OUT_SECOND) X(FIN_OUT_WITH_ACK)		\
	X(FIN_OUT_AGAIN)						\
	X(FIN_IN) X(FIN_IN_SECOND) X(FIN_IN_WITH_ACK) X(FIN_IN_CROSSES)	\
	X(FIN_IN_AGAIN) X(FIN_IN_TIME_WAIT) X(FIN_IN_HELD)		\
	X(RST_OUT_CLOSED_PORT) X(RST_OUT_STALE) X(RST_OUT_ABORT)	\
	X(RST_OUT_LATE_DATA) X(RST_OUT_TIMEOUT) X(RST_OUT_ANSWER)	\
	X(RST_IN_REFUSES) X(RST_IN_HANDSHAKE) X(RST_IN_ABORTS)		\
	X(RST_IN_ASSASSINATES) X(RST_IN_IGNORED) X(RST_IN_TIME_WAIT)	\
	X(OLD_DUPLICATE) X(OUT_OF_WINDOW) X(OVERFLOW) X(BAD_CHECKSUM) X(NOT_TCP)		\
	X(LATE_IN) X(LATE_OUT) X(OTHER_IN) X(OTHER_OUT)			\
	X(CONNECT) X(CLOSE_CALL) X(CLOSED_LATE_DATA)			\
	X(TIMEOUT_SYN) X(TIMEOUT_SYNACK) X(TIMEOUT_FIN)			\
	X(TIMEOUT_FIN_WAIT2) X(TIMEOUT_DATA)				\
	X(UNREACHABLE) X(ERROR) X(GIVEN_UP) X(ABORTED)			\
	X(EXPIRED) X(REUSED_BY_CONNECT) X(KILLED) X(NAMESPACE_GONE)	\
	X(REPAIR) X(BY_EARLIER) X(BY_UNLOGGED) X(ILLEGAL) X(CHANGE) X(NOTE)

#define STEP_ENUM(name)	STEP_##name,
enum step_kind {
	STEP_KINDS(STEP_ENUM)
	STEP_COUNT
};

/**
 * struct step - entries that belong together
 * @kind: what happened
 * @from: its first entry
 * @to: one past its last
 * @segment: the segment it is about, or -1
 * @about: the earlier segment that it repeats, answers or acts on, or -1
 */
struct step {
	enum step_kind	kind;
	unsigned int	from;
	unsigned int	to;
	int		segment;
	int		about;
};

/**
 * struct step_context - where in a connection a step is
 * @record: whose log
 * @state: enum tcpledger_state before the step
 * @over: the record's last state was over before it
 */
struct step_context {
	const struct record	*record;
	uint8_t			state;
	bool			over;
};

int step_effect(const struct record *record, int segment);
bool step_noted(const struct record *record, int segment, unsigned int tag);

#endif
