// SPDX-License-Identifier: GPL-2.0
#include "learn/quiz/answers.h"

#include <stdbool.h>
#include <string.h>

#include <linux/tcpledger.h>

#include "base/text.h"
#include "present/diagram/label.h"
#include "base/language.h"
#include "present/explain/phrase.h"
#include "meaning/words.h"
#include "learn/quiz/chance.h"
#include "learn/quiz/question.h"

static void add_segment(struct text *text, int64_t segment)
{
	struct phrase phrase = { 0 };

	if (segment == QUESTION_NO_SEGMENT) {
		text_string(text, _("none: a timer ends this state"));
		return;
	}
	label_flags(phrase_begin(&phrase, "flags"), (unsigned int)segment & QUESTION_FLAGS);
	phrase_end(&phrase);
	phrase_add(&phrase, text, segment & QUESTION_OUT ? _("{flags} from the local end") :
							    _("{flags} from the remote end"));
	phrase_free(&phrase);
}

static void add_duration(struct text *text, int64_t ns)
{
	struct phrase phrase = { 0 };
	size_t at = text->len;

	phrase_duration(&phrase, "wait", ns);
	phrase_add(&phrase, text, "{wait}");
	for (; at < text->len; at++)
		if (text->bytes[at] == PHRASE_NO_BREAK)
			text->bytes[at] = ' ';
	phrase_free(&phrase);
}

static const char *side_words(int64_t side)
{
	switch (side) {
	case TCPLEDGER_SIDE_LOCAL:
		return _("the local end");
	case TCPLEDGER_SIDE_REMOTE:
		return _("the remote end");
	case TCPLEDGER_SIDE_BOTH:
		return _("both ends");
	default:
		return _("neither end");
	}
}

static void add_value(struct text *text, enum question_kind kind, int64_t value)
{
	switch (kind) {
	case QUESTION_STATE:
		text_string(text, words_get(&words_states, (unsigned int)value));
		break;
	case QUESTION_NEXT:
		add_segment(text, value);
		break;
	case QUESTION_AGAIN:
	case QUESTION_2MSL:
	case QUESTION_GIVE_UP:
		add_duration(text, value);
		break;
	case QUESTION_WHO_WAITS:
		text_string(text, side_words(value));
		break;
	default:
		text_signed(text, value);
		break;
	}
}

/**
 * answers_add - add an answer in words
 * @text: text to add to
 * @question: the question
 * @answer: which of its answers
 */
void answers_add(struct text *text, const struct question *question, unsigned int answer)
{
	add_value(text, question->kind, question->answers[answer]);
}

/* Two durations may be different and look the same. */
static bool looks_like_another(const struct question *question, int64_t value)
{
	struct text new = { 0 }, old = { 0 };
	bool same = false;
	unsigned int i;

	add_value(&new, question->kind, value);
	for (i = 0; i < question->answer_count && !same; i++) {
		old.len = 0;
		answers_add(&old, question, i);
		same = !strcmp(text_terminated(&old), text_terminated(&new));
	}
	text_free(&new);
	text_free(&old);
	return same;
}

/**
 * answers_make - put the answers together, in an order by chance
 * @question: its kind is set; its answers are set
 * @right: the right answer
 * @near: wrong answers, the best first; one that is as the right one is left out
 * @near_count: how many
 * @chance: decides on the order
 */
void answers_make(struct question *question, int64_t right, const int64_t *near,
		  unsigned int near_count, struct chance *chance)
{
	unsigned int i, at;
	int64_t last;

	question->answers[0] = right;
	question->answer_count = 1;
	for (i = 0; i < near_count && question->answer_count < QUESTION_ANSWERS; i++)
		if (!looks_like_another(question, near[i]))
			question->answers[question->answer_count++] = near[i];
	question->right = 0;
	for (i = question->answer_count; i-- > 1; ) {
		at = chance_below(chance, i + 1);
		last = question->answers[i];
		question->answers[i] = question->answers[at];
		question->answers[at] = last;
		if (question->right == i || question->right == at)
			question->right = question->right == i ? at : i;
	}
}
