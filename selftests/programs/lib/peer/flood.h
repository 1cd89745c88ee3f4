/* SPDX-License-Identifier: GPL-2.0 */
/* What floods have in common: senders that do not exist, and real connections beside them. */
#ifndef TCPLEDGER_SELFTEST_FLOOD_H
#define TCPLEDGER_SELFTEST_FLOOD_H

#include "lib/peer/sock.h"

struct endpoint nobody(int family, unsigned int n);
bool is_nobody(const struct endpoint *ep);
void route_nobody(int family, const char *device);
struct pair connect_and_reset(const struct pair *listening);
int judge_real(const struct pair *p, int n);

#endif
