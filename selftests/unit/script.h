/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small language for connections, as the kernel tells the module of them.
 *
 * A script is words, divided by blanks or newlines. Each is one event, one tick
 * (TICK_NS) later than the one before. The first word begins the record:
 *
 *   active             connect(): a record in SYN_SENT
 *   passive            a record made by the SYN that is the next word
 *   adopted:STATE      as it was found at load
 *   partial:STATE      made by a state change, which is the next word
 *
 * Then, in the order in which the module hears of them:
 *
 *   >F  <SA  >A:len=9  a segment out or in: S SYN, A ACK, R RST, P data (10
 *                      bytes, ACK), F FIN with ACK, f FIN without
 *   FROM>TO            TCP moved
 *   reset              TCP acts on an RST (tracepoint tcp_receive_reset), or on the
 *                      segment that came last, if that has data beyond rcv=
 *   refused:N badsum:N TCP threw entry N away; it answered before, if it did
 *   old:N              TCP threw entry N away, which it had already, and will answer
 *   end:CAUSE,OUTCOME  a record without a full socket is over
 *   tw:SUBSTATE        a timewait socket took over
 *   rearm:SUBSTATE     its timer was set anew
 *   done:N             it is done with the segment of entry N
 *   gone:EXIT          it ended
 *   accept             accept() returned
 *   note:TAG           somebody who looked noticed something
 *   @N                 the next event is at tick N, which may be in the past
 *   nomemory           no second block for the log from now on
 *
 * Numbers are kept for both sides: the ISNs are 1000 out and 5000 in, the rest
 * follows from what was sent. Words after a colon, divided by commas, change
 * what is told: see script.c. A segment with one of seq, forged, refused,
 * badsum or other is somebody else's and changes no numbers.
 * 40*WORD is a word 40 times.
 */
#ifndef TCPLEDGER_SCRIPT_H
#define TCPLEDGER_SCRIPT_H

#include "verdict/facts.h"

#define TICK_NS		1000LL
#define BASE_NS		5000000000LL
#define ISN_OUT		1000U
#define ISN_IN		5000U
#define DATA_LEN	10U

/**
 * struct script_side - what one side has sent
 * @isn: its initial sequence number
 * @next: the number after all it sent
 * @fin: its FIN is among it
 */
struct script_side {
	u32	isn;
	u32	next;
	bool	fin;
};

/**
 * struct script - a connection in the making
 * @facts: what the module made of it
 * @more: the log's second block
 * @out: the endpoint itself
 * @in: its peer
 * @tick: when the next event happens
 * @index: log entry of the last segment
 * @came: the last segment that came
 * @nomemory: no second block is to be had
 * @wrong: the first invariant that did not hold, or NULL
 * @wrong_at: the word after which it did not
 */
struct script {
	struct tcpledger_facts		facts;
	struct tcpledger_log_entry	more[TCPLEDGER_LOG_MORE];
	struct script_side		out;
	struct script_side		in;
	s64				tick;
	int				index;
	struct tcpledger_segment	came;
	bool				nomemory;
	const char			*wrong;
	char				wrong_at[64];
};

/**
 * struct script_case - a connection and what is expected of its record
 * @name: what it is
 * @events: the script
 * @log: the whole log, or NULL; see log_words.c
 * @record: members of the record; see script_expect.c
 */
struct script_case {
	const char	*name;
	const char	*events;
	const char	*log;
	const char	*record;
};

u8 script_state(const char *name);
u8 script_name(const char *name, const char *const *names, unsigned int n);

void script_begin(struct script *s);
void script_do(struct script *s, const char *events);
s64 script_now(const struct script *s);
void script_expect(struct script *s, const struct script_case *c);
void script_run(const struct script_case *cases, unsigned int n);

#endif
