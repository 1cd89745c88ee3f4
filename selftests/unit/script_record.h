/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_SCRIPT_RECORD_H
#define TCPLEDGER_SCRIPT_RECORD_H

#include "fixture.h"
#include "script.h"

void script_record(struct script *s, unsigned int id, const char *name, struct fixture *f);
void script_keep(struct script *s, const char *name);

#endif
