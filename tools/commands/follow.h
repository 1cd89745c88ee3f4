/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_FOLLOW_H
#define TCPLEDGER_FOLLOW_H

struct options;

int command_follow(const struct options *options);

#endif
