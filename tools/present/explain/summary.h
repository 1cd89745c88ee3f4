/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict on a connection in a few sentences: how it opened, how it
 * closed, what TIME_WAIT did, and what is not known. Pure: a record in,
 * sentences to be translated out. Beside the names of lesson.h they use
 *
 *   {handshake}  first SYN to ESTABLISHED
 *   {tries} {answers} {fins}  SYNs, SYN/ACKs and FINs sent again
 *   {state} {age}  present state and time in it
 *   {half}       from the first FIN to the second
 *   {waited} {nominal} {left}  time in TIME_WAIT, 2MSL, what is left of it
 *   {restarts} {reacks} {duplicates}  what came in TIME_WAIT
 *   {dropped}    entries that the log had no room for
 *   {sent} {received}  payload bytes
 *   {record}     number of the other end's record
 */
#ifndef TCPLEDGER_SUMMARY_H
#define TCPLEDGER_SUMMARY_H

struct record;

#define SUMMARY_MOST	8	/* sentences of one topic */

/**
 * struct summary - sentences by topic; a topic may have none
 * @opening: how it opened
 * @closing: how it closed
 * @time_wait: what TIME_WAIT did
 * @more: what the record does not know, and where to look on
 */
struct summary {
	const char	*opening[SUMMARY_MOST];
	const char	*closing[SUMMARY_MOST];
	const char	*time_wait[SUMMARY_MOST];
	const char	*more[SUMMARY_MOST];
};

void summary_reach(const struct record *record, struct summary *summary);

#endif
