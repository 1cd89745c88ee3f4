/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kind of step teaches: what happened and why, what would go wrong
 * without it, and the rule that says so. The sentences are to be translated;
 * names in braces stand for values (see phrase.h):
 *
 *   {who}    the program         {closer} the program that closes
 *   {port}   own port            {rport}  the peer's port
 *   {isn}    ISN of the sender of the segment
 *   {seq} {ack}  its numbers, counted from the ISNs
 *   {fin}    the number its FIN takes
 *   {len}    its payload bytes
 *   {about}  the earlier segment that it repeats, answers or acts on
 *   {wait}   time since that
 *   {stay}   time in the state that ended
 *   {error}  the error that the program gets
 */
#ifndef TCPLEDGER_LESSON_H
#define TCPLEDGER_LESSON_H

/**
 * struct lesson - what a kind of step teaches
 * @what: what happened and why
 * @without: what would go wrong without it, or NULL
 * @rule: who says so, or NULL
 */
struct lesson {
	const char	*what;
	const char	*without;
	const char	*rule;
};

#endif
