/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger lab: textbook cases, made for real by this kernel and drawn. */
#ifndef TCPLEDGER_COMMAND_LAB_H
#define TCPLEDGER_COMMAND_LAB_H

struct case_view;
struct lab_result;
struct options;
struct record_list;
struct source;

int lab_find_view(const struct source *source, const struct case_view *view,
		  const struct lab_result *result, struct record_list *found);
int command_lab(const struct options *options);

#endif
