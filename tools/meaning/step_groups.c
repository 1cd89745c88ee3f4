// SPDX-License-Identifier: GPL-2.0
#include "meaning/step_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "meaning/steps.h"
#include "read/record.h"

/**
 * step_groups_make - find out what belongs together
 * @groups: set up, for step_groups_free()
 * @record: a checked record
 */
void step_groups_make(struct step_groups *groups, const struct record *record)
{
	struct steps steps;
	struct step step;
	int number = 0;
	unsigned int i;

	groups->step_of = memory_new(record->fixed.log_n + 1, sizeof(*groups->step_of));
	groups->earlier = memory_new(record->fixed.log_n + 1, sizeof(*groups->earlier));
	steps_begin(&steps, record);
	for (; steps_next(&steps, &step); number++) {
		for (i = step.from; i < step.to; i++)
			groups->step_of[i] = number;
		groups->earlier[number] = step.kind == STEP_BY_EARLIER && step.about >= 0 ?
					  groups->step_of[step.about] : -1;
	}
}

/**
 * step_groups_add - add the names of the groups of a step
 * @text: text to add to
 * @groups: the groups
 * @step: number of the step
 */
void step_groups_add(struct text *text, const struct step_groups *groups, int step)
{
	text_signed(text, step);
	if (groups->earlier[step] < 0)
		return;
	text_char(text, ' ');
	text_signed(text, groups->earlier[step]);
}

/**
 * step_groups_add_entry - add the names of the groups of an entry
 * @text: text to add to
 * @groups: the groups
 * @entry: number of the entry
 */
void step_groups_add_entry(struct text *text, const struct step_groups *groups, int entry)
{
	step_groups_add(text, groups, groups->step_of[entry]);
}

/**
 * step_groups_free - give the memory back
 * @groups: what step_groups_make() set up
 */
void step_groups_free(struct step_groups *groups)
{
	free(groups->step_of);
	free(groups->earlier);
	memset(groups, 0, sizeof(*groups));
}
