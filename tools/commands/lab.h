/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger lab: textbook cases, made for real by this kernel and drawn. */
#ifndef TCPLEDGER_COMMAND_LAB_H
#define TCPLEDGER_COMMAND_LAB_H

struct options;

int command_lab(const struct options *options);

#endif
