/* SPDX-License-Identifier: GPL-2.0 */
/* What export wrote, against the capture. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_EXPORT_H
#define TCPLEDGER_SELFTEST_JUDGE_EXPORT_H

#include "lib/world/world.h"

int judge_export(struct world *world);

#endif
