/* SPDX-License-Identifier: GPL-2.0 */
/* A log as a line of words, for expectations and for those who look for a bug. */
#ifndef TCPLEDGER_LOG_WORDS_H
#define TCPLEDGER_LOG_WORDS_H

#include "verdict/facts.h"

void log_words(char *text, size_t size, const struct tcpledger_facts *facts);

#endif
