/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of what kind a step is that has a segment. Pure.
 */
#ifndef TCPLEDGER_STEP_SEGMENT_H
#define TCPLEDGER_STEP_SEGMENT_H

#include "meaning/step.h"

enum step_kind step_segment_in(const struct step_context *context, struct step *step);
enum step_kind step_segment_out(const struct step_context *context, struct step *step);

#endif
