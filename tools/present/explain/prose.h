/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation as paragraphs, before it is shown: the terminal breaks them
 * into lines, a page makes elements of them.
 */
#ifndef TCPLEDGER_PROSE_H
#define TCPLEDGER_PROSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "present/explain/phrase.h"

/**
 * enum prose_kind - what a paragraph is
 * @PROSE_TITLE: which connection is explained
 * @PROSE_ENDS: who "we" and "the peer" are
 * @PROSE_PART: the title of what follows: verdict, steps, anomalies
 * @PROSE_TOPIC: what the next paragraph of the verdict is about
 * @PROSE_VERDICT: what is said of it
 * @PROSE_NUMBERS: how sequence numbers are counted
 * @PROSE_STEP: the head of a step: its entries, its moment, its segment
 * @PROSE_WHAT: what happened in it, and why
 * @PROSE_CHANGE: a change of state
 * @PROSE_NOTE: an anomaly that was noticed there
 * @PROSE_WITHOUT: what would go wrong without it
 * @PROSE_RULE: the sections of the RFCs
 * @PROSE_ANOMALY: the tag of an anomaly, and where it is in the log
 * @PROSE_CAUSE: what it means
 * @PROSE_CURE: what to do about it
 */
enum prose_kind {
	PROSE_TITLE,
	PROSE_ENDS,
	PROSE_PART,
	PROSE_TOPIC,
	PROSE_VERDICT,
	PROSE_NUMBERS,
	PROSE_STEP,
	PROSE_WHAT,
	PROSE_CHANGE,
	PROSE_NOTE,
	PROSE_WITHOUT,
	PROSE_RULE,
	PROSE_ANOMALY,
	PROSE_CAUSE,
	PROSE_CURE,
};

/**
 * struct prose_paragraph - a paragraph
 * @kind: what it is
 * @apart: space is due before it
 * @step: number of the step that it belongs to, from 0; -1 for none
 * @at: where it begins in the bytes, terminated there
 */
struct prose_paragraph {
	enum prose_kind	kind;
	bool		apart;
	int		step;
	size_t		at;
};

/**
 * struct prose - paragraphs, all zero when empty but for @step
 * @phrase: the values of the sentences
 * @bytes: the paragraphs; a space at which no line may end is PHRASE_NO_BREAK
 * @list: what they are
 * @count: how many
 * @room: how many fit
 * @start: where the paragraph being put together begins
 * @apart: space is due before it
 * @step: the step that it belongs to, or -1
 */
struct prose {
	struct phrase		phrase;
	struct text		bytes;
	struct prose_paragraph	*list;
	size_t			count;
	size_t			room;
	size_t			start;
	bool			apart;
	int			step;
};

void prose_sentence(struct prose *prose, const char *sentence);
void prose_end(struct prose *prose, enum prose_kind kind);
void prose_labelled(struct prose *prose, enum prose_kind kind, const char *label,
		    const char *sentence);
const char *prose_text(const struct prose *prose, size_t number);
void prose_rewind(struct prose *prose);
void prose_free(struct prose *prose);

#endif
