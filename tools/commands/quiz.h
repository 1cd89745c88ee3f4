/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_COMMAND_QUIZ_H
#define TCPLEDGER_COMMAND_QUIZ_H

struct options;
struct record;

int command_quiz(const struct options *options);
int quiz_ask(const struct options *options, const struct record *record,
	     const struct record *peer);

#endif
