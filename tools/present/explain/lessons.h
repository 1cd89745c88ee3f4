/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each kind of step teaches, and what each state means.
 */
#ifndef TCPLEDGER_LESSONS_H
#define TCPLEDGER_LESSONS_H

#include "present/explain/lesson.h"
#include "meaning/step.h"

const struct lesson *lessons_get(enum step_kind kind);
const char *lessons_state(unsigned int state);

#endif
