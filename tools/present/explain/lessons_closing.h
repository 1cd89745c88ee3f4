/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lessons of the close, in order or by RST.
 */
#ifndef TCPLEDGER_LESSONS_CLOSING_H
#define TCPLEDGER_LESSONS_CLOSING_H

#include "present/explain/lesson.h"
#include "meaning/step.h"

/* Kinds that are not of this part are empty. */
extern const struct lesson lessons_closing[STEP_COUNT];

#endif
