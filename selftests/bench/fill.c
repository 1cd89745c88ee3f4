// SPDX-License-Identifier: GPL-2.0
/*
 * Fills the ledger: fill FIRST LAST sends SYNs of that many different sources to a closed
 * port. Each makes a record that the host's RST ends: the quickest way to a million of
 * them. Nothing comes back.
 */
#include <stdlib.h>

#include "syn.h"

int main(int argc, char **argv)
{
	uint32_t first = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	uint32_t last = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (!first || last < first)
		errx(2, "usage: fill FIRST LAST");
	syns_send(first, last, CLOSED_PORT);
	return 0;
}
