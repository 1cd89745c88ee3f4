/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger show: one connection, as a ladder diagram or as its plain log. */
#ifndef TCPLEDGER_COMMAND_SHOW_H
#define TCPLEDGER_COMMAND_SHOW_H

struct options;
struct record;

int show_check(const struct options *options);
int show_picture(const struct options *options, const struct record *record);
int show_record(const struct options *options, const struct record *record);
int command_show(const struct options *options);

#endif
