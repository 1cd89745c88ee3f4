/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record that a command was asked for, by its number or by its tuple.
 */
#ifndef TCPLEDGER_FIND_H
#define TCPLEDGER_FIND_H

#include "read/record_list.h"

struct options;

int find_record(const struct options *options, const char *arg, struct record_list *found,
		const struct record **record);

#endif
