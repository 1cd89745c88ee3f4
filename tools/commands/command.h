/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands. Each is one file with one function of this shape.
 */
#ifndef TCPLEDGER_COMMAND_H
#define TCPLEDGER_COMMAND_H

struct options;

int command_list(const struct options *options);
int command_show(const struct options *options);
int command_explain(const struct options *options);
int command_timewait(const struct options *options);
int command_stats(const struct options *options);
int command_export(const struct options *options);

#endif
