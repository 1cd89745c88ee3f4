// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger quiz: the ladder diagram of a connection down to a point, a question,
 * and then what happened and why. Answers are read line by line, from a terminal or
 * from whatever standard input is.
 */
#include "commands/quiz.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/output.h"
#include "commands/find.h"
#include "commands/lab.h"
#include "commands/look.h"
#include "commands/options.h"
#include "learn/lab/lab.h"
#include "present/diagram/diagram.h"
#include "present/diagram/diagram_cut.h"
#include "present/diagram/diagram_make.h"
#include "present/diagram/label.h"
#include "present/diagram/text/ladder.h"
#include "present/explain/explanation_steps.h"
#include "base/language.h"
#include "present/explain/phrase_values.h"
#include "present/explain/prose.h"
#include "present/explain/prose_print.h"
#include "present/explain/rule.h"
#include "meaning/words.h"
#include "learn/quiz/answers.h"
#include "learn/quiz/chance.h"
#include "learn/quiz/questions.h"
#include "read/peer.h"
#include "read/reader.h"
#include "read/record.h"

#define LOG_LEAST	4	/* entries of a connection that is worth asking about */

/**
 * struct quiz - a quiz being held
 * @options: what the command line asked for
 * @record: the connection
 * @peer: its other end, or NULL
 * @questions: the questions
 * @prose: where sentences are put together, with the values of the record
 * @line: the line read last
 * @room: bytes allocated for it
 * @asked: questions that were shown
 * @right: right answers
 */
struct quiz {
	const struct options	*options;
	const struct record	*record;
	const struct record	*peer;
	struct questions	questions;
	struct prose		prose;
	char			*line;
	size_t			room;
	unsigned int		asked;
	unsigned int		right;
};

static void draw(const struct quiz *quiz, const struct question *question)
{
	struct ladder_look look = look_of(quiz->options);
	struct diagram diagram;

	diagram_make(&diagram, quiz->record, quiz->peer, false);
	diagram_cut(&diagram, question->rows, question->hides_state);
	ladder_draw(&diagram, &look, output_text());
	text_char(output_text(), '\n');
	diagram_free(&diagram);
}

/* Where no segment tells what happened, the question does. */
static const char *question_about_state(const struct tcpledger_entry *e)
{
	if (e->type != TCPLEDGER_ENTRY_STATE || e->cause == TCPLEDGER_CAUSE_SEGMENT)
		return N_("Which state is the local end in now?");
	switch (e->cause) {
	case TCPLEDGER_CAUSE_USER:
		if (e->to == TCPLEDGER_STATE_SYN_SENT)
			return N_("The program calls connect(). Which state is the local end in "
				  "now?");
		return e->to == TCPLEDGER_STATE_CLOSE ?
		       N_("The program aborts the connection, without a FIN. Which state is the "
			  "local end in now?") :
		       N_("The program ends its side of the connection. Which state is the local "
			  "end in now?");
	case TCPLEDGER_CAUSE_TIMER:
		return N_("A timer has expired. Which state is the local end in now?");
	default:
		return N_("An error was reported. Which state is the local end in now?");
	}
}

/* The question, with the values that its sentence names. */
static const char *sentence(struct quiz *quiz, const struct question *question)
{
	const struct tcpledger_record *r = &quiz->record->fixed;
	const struct tcpledger_entry *log = quiz->record->log;
	unsigned int first = question->step.from;
	const struct tcpledger_entry *e =
		&log[question->step.segment < 0 ? (int)first : question->step.segment];
	bool out = e->type == TCPLEDGER_ENTRY_OUT;

	label_flags(phrase_begin(&quiz->prose.phrase, "flags"), e->flags & QUESTION_FLAGS);
	phrase_end(&quiz->prose.phrase);
	phrase_number(&quiz->prose.phrase, "bytes", out ? r->bytes_sent : r->bytes_received);
	switch (question->kind) {
	case QUESTION_STATE:
		return question_about_state(&log[first]);
	case QUESTION_NEXT:
		return N_("Which segment comes next?");
	case QUESTION_ACK:
		return out ? N_("The local end answers with {flags}. Which acknowledgment number "
				"does it have, counted from the remote end's ISN?") :
			     N_("The remote end answers with {flags}. Which acknowledgment number "
				"does it have, counted from the local end's ISN?");
	case QUESTION_FIN:
		return out ? N_("The local end has sent {bytes} bytes of data and now sends its "
				"FIN. Which sequence number does the FIN take, counted from the "
				"ISN?") :
			     N_("The remote end has sent {bytes} bytes of data and now sends its "
				"FIN. Which sequence number does the FIN take, counted from the "
				"ISN?");
	case QUESTION_AGAIN:
		return N_("No answer comes to {flags}. How long after it is it sent again?");
	case QUESTION_2MSL:
		return N_("How long does TIME_WAIT last if no segment comes?");
	case QUESTION_GIVE_UP:
		phrase_string(&quiz->prose.phrase, "state",
			      words_get(&words_states, log[first].from));
		return N_("No answer comes. How long does the local end stay in {state} before it "
			  "gives up?");
	default:
		return N_("Which end will wait in TIME_WAIT, if no segment is lost and the FINs do "
			  "not cross?");
	}
}

/* What the step's own lesson does not say. */
static void tell_why(struct prose *prose, const struct question *question)
{
	static const struct {
		const char	*why;
		const char	*rule;
	} reasons[QUESTION_KINDS] = {
		[QUESTION_ACK] = {
			N_("An ACK names the number expected next. A SYN and a FIN take one number "
			   "each, like a byte."), "RFC 9293 3.4",
		},
		[QUESTION_FIN] = {
			N_("The SYN takes number 0 and each byte of data one number; the FIN takes "
			   "the number after them."), "RFC 9293 3.4",
		},
		[QUESTION_AGAIN] = {
			N_("Until TCP has measured a round trip, it waits one second for an "
			   "answer; afterwards it waits according to the round trips that it "
			   "measured. Each time in vain doubles the wait; only the first SYNs are "
			   "sent a second apart by Linux 6.5 and later."), "RFC 6298 2, 5",
		},
		[QUESTION_2MSL] = {
			N_("TIME_WAIT lasts 2MSL: twice the maximum segment lifetime (MSL), the "
			   "longest time that a segment may be on its way. The MSL is 2 minutes "
			   "in RFC 9293 and 30 s in Linux. Linux rounds so long a timer up, so "
			   "this TIME_WAIT lasted {waited}."), "RFC 9293 3.4.2, 3.6.1",
		},
		[QUESTION_WHO_WAITS] = {
			N_("The last ACK is not itself acknowledged. The end that sends it waits "
			   "2MSL, to send it again if it was lost: the end whose FIN went first, "
			   "or both if the FINs crossed."), "RFC 9293 3.6, 3.6.1",
		},
	};

	if (!reasons[question->kind].why)
		return;
	prose_sentence(prose, reasons[question->kind].why);
	prose_end(prose, PROSE_WHAT);
	rule_paragraph(prose, reasons[question->kind].rule);
}

/* Write what was put together. */
static void put(struct quiz *quiz)
{
	prose_print(&quiz->prose);
	prose_rewind(&quiz->prose);
}

static void tell(struct quiz *quiz, const struct question *question, int answer)
{
	struct prose *prose = &quiz->prose;
	unsigned int values = prose->phrase.count;

	text_char(phrase_begin(&prose->phrase, "letter"), (char)('a' + question->right));
	phrase_end(&prose->phrase);
	answers_add(phrase_begin(&prose->phrase, "answer"), question, question->right);
	phrase_end(&prose->phrase);
	if (answer == (int)question->right) {
		quiz->right++;
		prose_sentence(prose, N_("Right."));
	} else if (answer >= 0) {
		prose_sentence(prose, N_("No. Right is {letter}) {answer}."));
	} else {
		prose_sentence(prose, N_("Right is {letter}) {answer}."));
	}
	prose_end(prose, PROSE_ENDS);
	phrase_rewind(&prose->phrase, values);
	explanation_step_add(prose, quiz->record, &question->step,
			     quiz->options->clock == OPTIONS_CLOCK_WALL);
	tell_why(prose, question);
	put(quiz);
	text_char(output_text(), '\n');
}

static void show(struct quiz *quiz, const struct question *question, unsigned int number)
{
	struct prose *prose = &quiz->prose;
	unsigned int values = prose->phrase.count, i;

	phrase_number(&prose->phrase, "number", number);
	phrase_number(&prose->phrase, "count", quiz->questions.count);
	prose_sentence(prose, N_("Question {number} of {count}"));
	prose_end(prose, PROSE_PART);
	put(quiz);
	text_char(output_text(), '\n');
	draw(quiz, question);
	prose_sentence(prose, sentence(quiz, question));
	prose_end(prose, PROSE_ENDS);
	put(quiz);
	phrase_rewind(&prose->phrase, values);
	for (i = 0; i < question->answer_count; i++) {
		text_printf(output_text(), "  %c) ", 'a' + (int)i);
		answers_add(output_text(), question, i);
		text_char(output_text(), '\n');
	}
	quiz->asked++;
}

#define ANSWER_NONE	(-1)	/* an empty line: the answer is wanted */
#define ANSWER_END	(-2)	/* no more questions */

static void prompt(const struct question *question)
{
	struct phrase phrase = { 0 };

	text_char(phrase_begin(&phrase, "last"), (char)('a' + question->answer_count - 1));
	phrase_end(&phrase);
	phrase_add(&phrase, output_text(), _("Your answer, a to {last}: "));
	phrase_free(&phrase);
	output_finish();
}

/* Where nobody types, what was read stands behind the prompt all the same. */
static void echo(const char *line)
{
	if (isatty(STDIN_FILENO))
		return;
	escape_terminal(output_text(), line);
	text_char(output_text(), '\n');
}

static int read_answer(struct quiz *quiz, const struct question *question)
{
	ssize_t len;
	int answer;

	for (;;) {
		prompt(question);
		len = getline(&quiz->line, &quiz->room, stdin);
		if (len < 0) {
			text_char(output_text(), '\n');
			return ANSWER_END;
		}
		if (quiz->line[len - 1] == '\n')
			quiz->line[--len] = '\0';
		echo(quiz->line);
		if (!len)
			return ANSWER_NONE;
		if (len > 1)
			continue;
		answer = tolower((unsigned char)quiz->line[0]);
		if (answer == 'q')
			return ANSWER_END;
		if (answer >= 'a' && answer < 'a' + (int)question->answer_count)
			return answer - 'a';
	}
}

static void tell_score(struct quiz *quiz)
{
	phrase_number(&quiz->prose.phrase, "right", quiz->right);
	phrase_number(&quiz->prose.phrase, "asked", quiz->asked);
	prose_sentence(&quiz->prose, N_("Score: {right} of {asked}"));
	prose_end(&quiz->prose, PROSE_PART);
	put(quiz);
}

static void hold(struct quiz *quiz)
{
	unsigned int i;
	int answer;

	phrase_values_of_record(&quiz->prose.phrase, quiz->record);
	prose_sentence(&quiz->prose, N_("Answer with a letter and Enter. Enter alone shows the "
					"answer, q ends the quiz."));
	prose_end(&quiz->prose, PROSE_ENDS);
	put(quiz);
	text_char(output_text(), '\n');
	for (i = 0; i < quiz->questions.count; i++) {
		show(quiz, &quiz->questions.list[i], i + 1);
		answer = read_answer(quiz, &quiz->questions.list[i]);
		if (answer == ANSWER_END) {
			quiz->asked--;
			break;
		}
		tell(quiz, &quiz->questions.list[i], answer);
	}
	tell_score(quiz);
	prose_free(&quiz->prose);
	free(quiz->line);
}

/**
 * quiz_ask - hold a quiz about a connection
 * @options: what is asked for
 * @record: its record
 * @peer: record of the other end, NULL if there is none
 *
 * Return: exit status.
 */
int quiz_ask(const struct options *options, const struct record *record,
	     const struct record *peer)
{
	struct chance chance = {
		.state = options->seeded ? (uint64_t)options->seed : chance_seed(),
	};
	struct quiz quiz = {
		.options = options, .record = record, .peer = peer, .prose = { .step = -1 },
	};
	struct diagram diagram;
	int status = FAIL_NONE;

	diagram_make(&diagram, record, peer, false);
	questions_find(&quiz.questions, record, &diagram, &chance);
	diagram_free(&diagram);
	if (quiz.questions.count)
		hold(&quiz);
	else
		status = fail_work("'tcpledger list' shows others",
				   "there is nothing to ask about record %llu: its log has no "
				   "step that the rules of TCP decide",
				   (unsigned long long)record->fixed.id);
	questions_free(&quiz.questions);
	return status;
}

static bool is_worth_it(const struct record *record)
{
	return record->fixed.log_n >= LOG_LEAST && record->fixed.role != TCPLEDGER_ROLE_ADOPTED;
}

/* One of all that are worth it, each as likely as the other. */
static int choose_record(const struct options *options, struct record_list *found,
			 const struct record **chosen)
{
	struct chance chance = {
		.state = options->seeded ? (uint64_t)options->seed : chance_seed(),
	};
	const struct sort_place place = { 0 };
	const struct record *record;
	struct reader reader;
	unsigned int count = 0;
	int status = reader_open(&reader, &options->source);

	*chosen = NULL;
	while (!status && !(status = reader_next(&reader, &record)) && record) {
		if (!is_worth_it(record) || chance_below(&chance, ++count))
			continue;
		record_list_free(found);
		record_list_add(found, record, &place);
	}
	*chosen = record_list_next(found);
	if (!*chosen && !status)
		status = fail_work("make a connection, or read a kept file with --file",
				   "%s has no connection to ask about", reader.path);
	reader_close(&reader);
	return status;
}

static void introduce(const struct lab_case *lab_case)
{
	struct prose prose = { .step = -1 };

	prose_sentence(&prose, lab_case->done);
	prose_end(&prose, PROSE_ENDS);
	prose_print(&prose);
	prose_free(&prose);
	text_char(output_text(), '\n');
	output_finish();	/* making the case may take a while */
}

/* Make a case of the lab, and ask about what its first view shows. */
static int ask_case(const struct options *options, const struct lab_case *lab_case)
{
	struct record_list found = { 0 }, peers = { 0 };
	struct options from_memory = *options;
	const struct record *record;
	struct lab_result result;
	char path[64];
	int status;

	if (lab_check())
		return FAIL_WORK;
	introduce(lab_case);
	status = lab_run(lab_case, false, NULL, &result);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", result.records);
	from_memory.source = (struct source){ .file = path };
	if (!status)
		status = lab_find_view(&from_memory.source, &lab_case->view[0], &result, &found);
	record = status ? NULL : record_list_next(&found);
	if (record)
		status = quiz_ask(&from_memory, record,
				  peer_find(&from_memory.source, record, &peers));
	record_list_free(&peers);
	record_list_free(&found);
	lab_result_free(&result);
	return status;
}

/**
 * command_quiz - tcpledger quiz
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_quiz(const struct options *options)
{
	struct record_list found = { 0 }, peers = { 0 };
	const struct record *record;
	int status;

	if (options->arg_count && lab_case_find(options->args[0]))
		return ask_case(options, lab_case_find(options->args[0]));
	if (options->arg_count)
		status = find_record(options, options->args[0], &found, &record);
	else
		status = choose_record(options, &found, &record);
	if (record)
		status |= quiz_ask(options, record,
				   peer_find(&options->source, record, &peers));
	record_list_free(&peers);
	record_list_free(&found);
	return status;
}
