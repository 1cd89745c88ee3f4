/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lessons of the handshake.
 */
#ifndef TCPLEDGER_LESSONS_OPENING_H
#define TCPLEDGER_LESSONS_OPENING_H

#include "present/explain/lesson.h"
#include "meaning/step.h"

/* Kinds that are not of this part are empty. */
extern const struct lesson lessons_opening[STEP_COUNT];

#endif
