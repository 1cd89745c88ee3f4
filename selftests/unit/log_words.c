// SPDX-License-Identifier: GPL-2.0
/*
 * A log as words, one an entry:
 *
 *   FROM>TO:CAUSE   user, timer, error, the index of the segment, "lost" for a
 *                   segment that is not in the log, or "?"
 *   >SA+  <R-  >F*  a segment as in a script, then + accepted, - refused,
 *                   * retransmit, ! not emitted by TCP
 *   !TAG:N  !TAG    a note, on entry N or on none
 */
#include "log_words.h"

#include <stdio.h>

#include "verdict/record.h"

static void write_change(char *word, size_t size, const struct tcpledger_entry *e)
{
	char cause[16];

	if (e->cause == TCPLEDGER_CAUSE_UNKNOWN)
		strcpy(cause, "?");
	else if (e->cause != TCPLEDGER_CAUSE_SEGMENT)
		snprintf(cause, sizeof(cause), "%s", tcpledger_cause_names[e->cause]);
	else if (e->segment == TCPLEDGER_LOG_NONE)
		strcpy(cause, "lost");
	else
		snprintf(cause, sizeof(cause), "%d", e->segment);
	snprintf(word, size, "%s>%s:%s", tcpledger_state_names[e->from],
		 tcpledger_state_names[e->to], cause);
}

static void write_segment(char *word, const struct tcpledger_entry *e)
{
	*word++ = e->type == TCPLEDGER_ENTRY_OUT ? '>' : '<';
	if (e->flags & TCPLEDGER_SYN)
		*word++ = 'S';
	if (e->flags & TCPLEDGER_RST)
		*word++ = 'R';
	if (e->flags & TCPLEDGER_FIN)
		*word++ = e->flags & TCPLEDGER_ACK ? 'F' : 'f';
	else if (e->flags & TCPLEDGER_PSH)
		*word++ = 'P';
	else if (e->flags & TCPLEDGER_ACK)
		*word++ = 'A';
	if (e->bits & TCPLEDGER_SEG_ACCEPTED)
		*word++ = '+';
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		*word++ = '-';
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		*word++ = '*';
	if (e->bits & TCPLEDGER_SEG_OTHER)
		*word++ = '!';
	*word = '\0';
}

static void write_note(char *word, size_t size, const struct tcpledger_entry *e)
{
	if (e->segment == TCPLEDGER_LOG_NONE)
		snprintf(word, size, "!%s", tcpledger_anomaly_names[e->tag]);
	else
		snprintf(word, size, "!%s:%d", tcpledger_anomaly_names[e->tag], e->segment);
}

/**
 * log_words - write a log
 * @text: the words, divided by spaces
 * @size: room there
 * @facts: whose log
 */
void log_words(char *text, size_t size, const struct tcpledger_facts *facts)
{
	struct tcpledger_facts f = *facts;
	struct tcpledger_entry e;
	char word[64];
	size_t len;
	int i;

	text[0] = '\0';
	for (i = 0; i < f.log.n; i++) {
		tcpledger_log_export(tcpledger_log_at(&f.log, i), &e);
		if (e.type == TCPLEDGER_ENTRY_STATE)
			write_change(word, sizeof(word), &e);
		else if (e.type == TCPLEDGER_ENTRY_NOTE)
			write_note(word, sizeof(word), &e);
		else
			write_segment(word, &e);
		len = strlen(text);
		snprintf(text + len, size - len, "%s%s", i ? " " : "", word);
	}
}
