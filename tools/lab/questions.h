/* SPDX-License-Identifier: GPL-2.0 */
/* The five questions of everybody who learns TCP, and the cases that answer them. */
#ifndef TCPLEDGER_QUESTIONS_H
#define TCPLEDGER_QUESTIONS_H

#define QUESTIONS_NAME	"five-questions"
#define QUESTIONS	5
#define QUESTIONS_CASES	2	/* that answer one at most */

/**
 * struct question - a question; its texts are to be translated
 * @text: the question
 * @answer: the answer in a sentence or two
 * @cases: names of the cases that answer it, NULL for none
 */
struct question {
	const char	*text;
	const char	*answer;
	const char	*cases[QUESTIONS_CASES];
};

extern const struct question questions[QUESTIONS];
extern const char *const questions_summary;
extern const char *const questions_introduction;

#endif
