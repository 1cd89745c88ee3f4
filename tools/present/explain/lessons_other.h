/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lessons of segments out of their time, and of changes that no segment of the log
 * caused.
 */
#ifndef TCPLEDGER_LESSONS_OTHER_H
#define TCPLEDGER_LESSONS_OTHER_H

#include "present/explain/lesson.h"
#include "meaning/step.h"

/* Kinds that are not of this part are empty. */
extern const struct lesson lessons_other[STEP_COUNT];

#endif
