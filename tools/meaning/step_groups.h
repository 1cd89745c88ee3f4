/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which entries of a log belong together in a drawing: those of a step, and those of
 * the earlier step whose segment it lets take effect.
 */
#ifndef TCPLEDGER_STEP_GROUPS_H
#define TCPLEDGER_STEP_GROUPS_H

struct record;
struct text;

/**
 * struct step_groups - the steps of a log
 * @step_of: by entry: the number of its step
 * @earlier: by step: the number of the earlier step that takes effect in it, or -1
 */
struct step_groups {
	int	*step_of;
	int	*earlier;
};

void step_groups_make(struct step_groups *groups, const struct record *record);
void step_groups_add(struct text *text, const struct step_groups *groups, int step);
void step_groups_add_entry(struct text *text, const struct step_groups *groups, int entry);
void step_groups_free(struct step_groups *groups);

#endif
