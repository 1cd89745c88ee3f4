// SPDX-License-Identifier: GPL-2.0
#include "commands/look.h"

#include "base/escape.h"
#include "base/output.h"
#include "commands/options.h"

/**
 * look_of - how a diagram is to look
 * @options: what is asked for
 *
 * Return: it; where nothing limits the width it is the usual one.
 */
struct ladder_look look_of(const struct options *options)
{
	unsigned int width = output_width();

	return (struct ladder_look){
		.width = width < LADDER_MOST * 10 ? width : LADDER_USUAL,
		.ascii = options->ascii || !escape_is_utf8(), .colour = output_colour(),
		.wall = options->clock == OPTIONS_CLOCK_WALL,
	};
}
